// Words, elements and pictures, for the files that follow this one.
const lesson = JSON.parse(document.getElementById("lesson").textContent);
const find = (id) => document.getElementById(id);
const CLASSES = 10;

// Return the words of a key, with values in place of the names in braces.
function say(key, values = {}) {
  return lesson.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function number(value, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString(lesson.words.language, options);
}

const percent = (fraction) => `${number(100 * fraction, 1)}%`;

// Return "98.0% (95.0% to 99.2%)": the part that is right, and its 95% interval by Wilson's method.
function accuracy(right, rows) {
  const z = 1.959963984540054, p = right / rows, scale = 1 + z * z / rows;
  const middle = (p + z * z / (2 * rows)) / scale;
  const half = z * Math.sqrt(p * (1 - p) / rows + z * z / (4 * rows * rows)) / scale;
  const [low, high] = [Math.max(0, middle - half), Math.min(1, middle + half)].map(percent);
  return say("accuracy", { percent: percent(p), low, high });
}

// Make an element of HTML, or of SVG where its name begins with "svg:".
function make(name, attributes = {}, ...children) {
  const tag = name.replace("svg:", "");
  const made = tag === name
    ? document.createElement(tag) : document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Return a split: its labels, the whole numbers of its pixels, and these as a network takes them.
function decode({ images, labels, maximum }) {
  const pixels = Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0));
  const x = Float32Array.from(pixels, (value) => value / maximum);
  const side = Math.sqrt(pixels.length / labels.length);
  return { labels: Uint8Array.from(labels, Number), x, side, rows: labels.length };
}

// Return some rows of a split.
function take({ labels, x, side }, rows) {
  const pixels = rows.map((row) => x.subarray(row * side * side, (row + 1) * side * side));
  const joined = Float32Array.from(pixels.flatMap((image) => [...image]));
  return { labels: Uint8Array.from(rows, (row) => labels[row]), x: joined, side, rows: rows.length };
}

// Fill a canvas with images side by side. `paint(image, pixel)` returns red, green, blue and alpha.
function fill(canvas, count, columns, side, paint) {
  const gap = count > 1 ? 1 : 0;
  canvas.width = columns * (side + gap) - gap;
  canvas.height = Math.ceil(count / columns) * (side + gap) - gap;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(canvas.width, canvas.height);
  for (let image = 0; image < count; image++) {
    const top = Math.floor(image / columns) * (side + gap), left = (image % columns) * (side + gap);
    for (let pixel = 0; pixel < side * side; pixel++) {
      const row = top + Math.floor(pixel / side), column = left + (pixel % side);
      picture.data.set(paint(image, pixel), 4 * (row * canvas.width + column));
    }
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

// Show images of a split, ink on paper.
function showImages(canvas, split, rows, columns, label) {
  const size = split.side * split.side;
  canvas.setAttribute("aria-label", label);
  return fill(canvas, rows.length, columns, split.side, (image, pixel) => {
    const grey = 255 * (1 - split.x[rows[image] * size + pixel]);
    return [grey, grey, grey, 255];
  });
}

// One image with words below it, as an item of a list.
function tile(split, row, words, isWrong) {
  const canvas = make("canvas", { class: "pixels grey", role: "img" });
  showImages(canvas, split, [row], 1, say("image_of", { digit: split.labels[row] }));
  return make("li", isWrong ? { class: "wrong" } : {}, canvas, make("span", {}, words));
}

// Show what goes from the pixels into each hidden unit, and return the largest size of a weight.
function showUnits(canvas, weights, units) {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const columns = units > 64 ? 16 : 8;
  fill(canvas, units, columns, 8, (unit, pixel) => {
    const weight = weights[pixel * units + unit] / (largest || 1);
    return [...(weight < 0 ? [236, 122, 8] : [20, 92, 186]), 255 * Math.abs(weight)];
  });
  return largest;
}

// The steps of an axis from 0 to about `most`: 1, 2 or 5 times a power of ten.
function ticks(most) {
  const unit = 10 ** Math.floor(Math.log10(most / 3));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => most / size <= 5);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

// Draw lines, each {points: [[x, y], ...], kind, name}, into an SVG, with both axes.
function drawCurves(svg, lines, { right, top, xLabel, format, label }) {
  const [left, bottom, width, height] = [52, 214, 300, 194];
  const x = (value) => left + width * value / right;
  const y = (value) => bottom - height * Math.min(value, top) / top;
  const text = (words, attributes) => make("svg:text", attributes, words);
  svg.setAttribute("aria-label", label);
  svg.replaceChildren(
    ...ticks(top).flatMap((value) => [
      make("svg:line", { class: "grid", x1: left, x2: left + width, y1: y(value), y2: y(value) }),
      text(format(value), { x: left - 8, y: y(value) + 4, "text-anchor": "end" }),
    ]),
    ...ticks(right).map((value) => text(number(value, Number.isInteger(value) ? 0 : 1),
      { x: x(value), y: bottom + 18, "text-anchor": "middle" })),
    text(xLabel, { x: left + width / 2, y: bottom + 38, "text-anchor": "middle" }),
    ...lines.map(({ points, kind }) => make("svg:polyline",
      { class: `line ${kind}`, points: points.map(([a, b]) => `${x(a)},${y(b)}`).join(" ") })),
  );
  // The names stand at the ends of the lines, apart from each other.
  const ends = lines.filter(({ name, points }) => name && points.length)
    .map(({ name, kind, points }) => ({ name, kind, at: points.at(-1) }))
    .sort((a, b) => b.at[1] - a.at[1]);
  let last = -Infinity;
  for (const { name, kind, at } of ends) {
    last = Math.max(y(at[1]) + 4, last + 15);
    svg.append(make("svg:circle", { class: `dot ${kind}`, cx: x(at[0]), cy: y(at[1]), r: 3.5 }),
      text(name, { class: `name ${kind}`, x: x(at[0]) + 8, y: last }));
  }
}

// Show how many images of each class (rows) got each answer (columns).
function showConfusion(table, labels, predictions) {
  const counts = Array.from({ length: CLASSES }, () => Array(CLASSES).fill(0));
  labels.forEach((label, row) => { counts[label][predictions[row]] += 1; });
  const most = Math.max(...counts.flat());
  const digits = [...Array(CLASSES).keys()];
  const head = make("tr", {}, make("td"),
    ...digits.map((digit) => make("th", { scope: "col" }, String(digit))));
  const lines = counts.map((row, digit) => make("tr", {}, make("th", { scope: "row" }, String(digit)),
    ...row.map((count, answer) => {
      const cell = make("td", { class: answer === digit ? "right" : "" }, String(count || ""));
      cell.style.setProperty("--part", count / most);
      return cell;
    })));
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...lines));
}
