// Exact training: what docs/exact-training.md prescribes, with the names of
// stages/train_mlp/exact.py and mlp.py. The bits are those of the pipeline, since every operation
// is prescribed to the bit: + - * / and comparison, Math.abs, Math.imul, Math.clz32. ECMAScript
// leaves Math.sqrt open, but engines round it correctly. Math.exp, Math.log and ** are not safe.

// A number is too large, which means that the learning rate is.
export class Diverged extends Error {}

const view = new DataView(new ArrayBuffer(8));
// Return 2^e, for e from -1022 to 1023, made from its bits.
function powerOfTwo(e) {
  view.setUint32(0, (e + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

// Return the smallest e with 2^e above x. A zero or a subnormal number counts as 2^-1023.
function exponent(x) {
  view.setFloat64(0, x);
  return ((view.getUint32(0) >>> 20) & 0x7ff) - 1022;
}

const LIMIT = powerOfTwo(200);
// Round to a whole number, half to even, for x up to 2^51 in size: above 2^52 all are whole.
const rint = (x) => (x + 0x18000000000000) - 0x18000000000000;

// The generator MT19937: NumPy's RandomState(seed).
export class Random {
  constructor(seed) {
    this.state = new Uint32Array(624).fill(seed);
    for (let i = 1; i < 624; i++) {
      const previous = this.state[i - 1];
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.used = 624;
  }

  // Return the next 32-bit number.
  next() {
    const { state } = this;
    if (this.used === 624) {
      for (let i = 0; i < 624; i++) {
        const joined = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
        state[i] = state[(i + 397) % 624] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      }
      this.used = 0;
    }
    let y = state[this.used++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  // Return a fraction in [0, 1): NumPy's random_sample().
  fraction() {
    const first = this.next() >>> 5;
    return (first * 0x4000000 + (this.next() >>> 6)) / 0x20000000000000;
  }

  // Return the numbers 0, ..., n - 1 in random order.
  permutation(n) {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const shift = Math.clz32(i); // what is left has as many bits as i
      let j;
      do j = ((this.next() << shift) >>> shift); while (j > i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

// Return a matrix whose elements are stored row by row; zeros where there is no data.
export function matrix(rows, columns, data = new Float64Array(rows * columns)) {
  return { rows, columns, data };
}

function transpose({ rows, columns, data }) {
  const move = (_, i) => data[(i % rows) * columns + Math.floor(i / rows)];
  return matrix(columns, rows, data.map(move));
}

// Return the elements as whole numbers of up to 2^bits in size, and the unit that they count.
function whole({ data }, bits) {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  // Not `>=`, which is false for NaN.
  if (!(largest < LIMIT)) throw new Diverged("a value is too large or not a number");
  const unit = powerOfTwo(Math.max(exponent(largest), -200) - bits);
  const scale = 1 / unit;
  return [data.map((value) => rint(value * scale)), unit];
}

// Multiply two matrices, both rounded so coarsely that every sum is exact, in any order.
export function matmul(a, b) {
  const [inner, columns] = [a.columns, b.columns];
  const bits = (53 - (32 - Math.clz32(inner - 1))) >> 1; // 32 - clz32 is the ceiling of log2
  const [left, leftUnit] = whole(a, bits);
  const [right, rightUnit] = whole(b, bits);
  const sums = new Float64Array(a.rows * columns);
  for (let row = 0; row < a.rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = left[row * inner + k];
      if (factor === 0) continue; // half of the pixels are 0, and half of the hidden units
      for (let i = row * columns, j = k * columns; j < (k + 1) * columns; i++, j++) {
        sums[i] += factor * right[j];
      }
    }
  }
  return matrix(a.rows, columns, sums.map((value) => value * (leftUnit * rightUnit)));
}

// JavaScript has no hexadecimal fractions: 0x1.62e42feep-1 is 0x162e42fee / 2^33.
const LOG2_E = 0x171547652b82fe / powerOfTwo(52);
const LN2_HIGH = 0x162e42fee / powerOfTwo(33);
const LN2_LOW = 0x1a39ef35793c76 / powerOfTwo(85);
const SQRT_HALF = 0x16a09e667f3bcd / powerOfTwo(53);
const INVERSE_FACTORIALS = []; // 1/13!, 1/12!, ..., 1/2!
for (let k = 2, product = 2; k <= 13; product *= ++k) INVERSE_FACTORIALS.unshift(1 / product);

// Return e to the power of x, which is 709 or less.
export function exp(x) {
  if (x < -708) return 0;
  const n = rint(x * LOG2_E);
  const high = x - n * LN2_HIGH;
  const low = n * LN2_LOW;
  const r = high - low;
  let series = 0;
  for (const coefficient of INVERSE_FACTORIALS) series = series * r + coefficient;
  return powerOfTwo(n) * (1 + (high + ((r * r) * series - low)));
}

// Return the natural logarithm of x, which is 2^-1022 or more.
export function log(x) {
  const e = exponent(x);
  const mantissa = (x / powerOfTwo(e - 1)) / 2; // in two steps, because 2^1024 is infinite
  const [m, n] = mantissa < SQRT_HALF ? [mantissa * 2, e - 1] : [mantissa, e];
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let series = 0;
  for (let k = 21; k >= 3; k -= 2) series = series * square + 1 / k;
  return n * LN2_HIGH + (n * LN2_LOW + 2 * (t + (t * square) * series));
}

// Subtract from each row its largest logit. Return that, and the sum of the powers of each row,
// from left to right: another order has other last bits.
function shift({ rows, columns, data }) {
  if (!data.every(Number.isFinite)) throw new Diverged("a logit is not finite");
  const row = (i) => Math.floor(i / columns);
  const largest = new Float64Array(rows).fill(-Infinity);
  data.forEach((logit, i) => { largest[row(i)] = Math.max(largest[row(i)], logit); });
  const shifted = data.map((logit, i) => logit - largest[row(i)]);
  const totals = new Float64Array(rows);
  shifted.forEach((logit, i) => { totals[row(i)] += exp(logit); });
  return { rows, columns, shifted, totals };
}

// Turn the logits of each row into probabilities.
export function softmax(logits) {
  const { rows, columns, shifted, totals } = shift(logits);
  return matrix(rows, columns, shifted.map((x, i) => exp(x) / totals[Math.floor(i / columns)]));
}

// Draw the weights that training starts from.
export function initialize(random, pixels, hidden, classes) {
  return [[pixels, hidden], [hidden, classes]].flatMap(([inputs, outputs]) => {
    const bound = Math.sqrt(6 / (inputs + outputs));
    const draw = () => random.fraction() * (2 * bound) - bound;
    const drawn = (rows) => matrix(rows, outputs, new Float64Array(rows * outputs).map(draw));
    return [drawn(inputs), drawn(1)];
  });
}

function layer(x, weight, bias) {
  const { rows, columns, data } = matmul(x, weight);
  return matrix(rows, columns, data.map((value, i) => value + bias.data[i % columns]));
}

// Return the hidden units, 0 or more, and the logits of each row of pixels.
export function forward([hiddenWeight, hiddenBias, outputWeight, outputBias], x) {
  const hidden = layer(x, hiddenWeight, hiddenBias);
  hidden.data = hidden.data.map((value) => (value < 0 ? 0 : value)); // NaN stays NaN
  return { hidden, logits: layer(hidden, outputWeight, outputBias) };
}

// Return the derivative of the mean log loss. `wanted` is 1 for the class of a row, 0 for others.
export function backward(weights, x, wanted) {
  const { hidden, logits } = forward(weights, x);
  // With respect to the logits, then to what enters the hidden units.
  const output = softmax(logits);
  output.data = output.data.map((p, i) => (p - wanted.data[i]) / x.rows);
  const entered = matmul(output, transpose(weights[2]));
  entered.data = entered.data.map((value, i) => (hidden.data[i] > 0 ? value : 0));
  const ones = matrix(1, x.rows, new Float64Array(x.rows).fill(1));
  return [
    matmul(transpose(x), entered), matmul(ones, entered),
    matmul(transpose(hidden), output), matmul(ones, output),
  ];
}

// Gradient descent with plain (not Nesterov's) momentum. `step` returns what to add to weights.
class Sgd {
  constructor({ learning_rate: rate, momentum = 0 }, size) {
    Object.assign(this, { rate, momentum, velocity: new Float64Array(size) });
  }

  step(gradient) {
    this.velocity = this.velocity.map((v, i) => this.momentum * v - this.rate * gradient[i]);
    return this.velocity;
  }
}

// Adam with its authors' constants.
class Adam {
  constructor({ learning_rate: rate }, size) {
    const zeros = new Float64Array(size);
    Object.assign(this, { rate, mean: zeros, square: zeros, power1: 1, power2: 1 });
  }

  step(gradient) {
    this.power1 *= 0.9;
    this.power2 *= 0.999;
    const rate = (this.rate * Math.sqrt(1 - this.power2)) / (1 - this.power1);
    this.mean = this.mean.map((m, i) => 0.9 * m + (1 - 0.9) * gradient[i]);
    this.square = this.square.map((s, i) => 0.999 * s + (1 - 0.999) * (gradient[i] * gradient[i]));
    return this.mean.map((m, i) => (-rate * m) / (Math.sqrt(this.square[i]) + 1e-8));
  }
}

// Training, batch by batch, by a recipe as in params.yaml. Labels are numbers of classes, from 0.
export class Training {
  constructor(recipe, x, labels, classes) {
    Object.assign(this, { recipe, x, labels, classes, epoch: 0, position: 0 });
    this.random = new Random(recipe.seed);
    this.weights = initialize(this.random, x.length / labels.length, recipe.hidden, classes);
    const Rule = { sgd: Sgd, adam: Adam }[recipe.optimizer];
    this.rules = this.weights.map(({ data }) => new Rule(recipe, data.length));
    this.order = Uint32Array.from(labels, (_, row) => row);
  }

  // Train on one batch. Return whether it ended an epoch.
  step() {
    const { x, labels, classes, order, random } = this;
    const pixels = x.length / labels.length;
    if (this.position === 0) this.order = random.permutation(order.length).map((i) => order[i]);
    const end = this.position + this.recipe.batch_size;
    const rows = this.order.subarray(this.position, end);
    const batch = matrix(rows.length, pixels);
    const wanted = matrix(rows.length, classes);
    rows.forEach((row, i) => {
      batch.data.set(x.subarray(row * pixels, (row + 1) * pixels), i * pixels);
      wanted.data[i * classes + labels[row]] = 1;
    });
    backward(this.weights, batch, wanted).forEach((gradient, part) => {
      const { data } = this.weights[part];
      this.rules[part].step(gradient.data).forEach((change, i) => { data[i] += change; });
    });
    this.position = end < order.length ? end : 0;
    if (this.position === 0) this.epoch += 1;
    return this.position === 0;
  }

  // Return the weights as the pipeline stores them: four Float32Array.
  stored() {
    const stored = this.weights.map(({ data }) => Float32Array.from(data));
    if (stored.every((array) => array.every(Number.isFinite))) return stored;
    throw new Diverged("a weight is too large for float32");
  }
}

// Return the mean log loss of a stored model, its predictions and its probabilities.
export function score(stored, x, labels, classes) {
  const weights = stored.map((array, part) => {
    const columns = part < 2 ? stored[1].length : classes;
    return matrix(array.length / columns, columns, Float64Array.from(array));
  });
  const rows = matrix(labels.length, x.length / labels.length, Float64Array.from(x));
  const { logits } = forward(weights, rows);
  const { shifted, totals } = shift(logits);
  let loss = 0n; // in units of 2^-110: no row's loss has smaller bits, so the sum is exact
  labels.forEach((label, row) => {
    loss += BigInt((log(totals[row]) - shifted[row * classes + label]) * powerOfTwo(110));
  });
  return {
    loss: (Number(loss) * powerOfTwo(-110)) / labels.length,
    // The first of the largest logits.
    predictions: Uint8Array.from(labels, (_, row) => shifted.indexOf(0, row * classes) % classes),
    get probabilities() { return softmax(logits); },
  };
}

// Return the sha256 of stored weights, in hexadecimal.
export async function sum(stored) {
  const values = stored.flatMap((array) => [...array]);
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => bytes.setFloat32(4 * i, value, true)); // true: little-endian
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
