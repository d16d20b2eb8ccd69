// Words, elements and pictures, for the files that follow this one.
const lesson = JSON.parse(document.getElementById("lesson").textContent);
const find = (id) => document.getElementById(id);
const DIGITS = [...Array(10).keys()];

// Return the words of a key, with values in place of the names in braces.
function say(key, values = {}) {
  return lesson.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

const formats = [0, 1, 2].map((digits) => new Intl.NumberFormat(
  lesson.words.language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }));
const number = (value, digits = 0) => formats[digits].format(value);
const percent = (fraction) => `${number(100 * fraction, 1)}%`;

// Return an accuracy, and its 95% interval by Wilson's method.
function accuracy(right, rows, words = "accuracy") {
  const z = 1.959963984540054, part = right / rows, scale = 1 + z * z / rows;
  const middle = (part + z * z / (2 * rows)) / scale;
  const half = z * Math.sqrt(part * (1 - part) / rows + z * z / (4 * rows * rows)) / scale;
  const [low, high] = [Math.max(0, middle - half), Math.min(1, middle + half)].map(percent);
  return say(words, { percent: percent(part), low, high, right, rows });
}

// Make an element of HTML, or of SVG where its name begins with "svg:".
function make(name, attributes = {}, ...children) {
  const [tag, space] = name.startsWith("svg:") ? [name.slice(4), "2000/svg"] : [name, "1999/xhtml"];
  const made = document.createElementNS(`http://www.w3.org/${space}`, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Return a row of a table: its header, and cells of their contents, or as they are if made already.
function line(header, cells) {
  const cell = (content) => (content instanceof Node ? content : make("td", {}, content));
  return make("tr", {}, make("th", { scope: "row" }, header), ...cells.map(cell));
}

// Return the head of a table, whose rows have headers too.
function head(names) {
  const cells = names.map((name) => make("th", { scope: "col" }, name));
  return make("thead", {}, make("tr", {}, make("td"), ...cells));
}

// Return a split: labels, and pixels as a network takes them.
function decode({ images, labels, maximum }) {
  const x = Float32Array.from(atob(images), (letter) => letter.charCodeAt(0) / maximum);
  return { labels: Uint8Array.from(labels, Number), x, rows: labels.length, size: x.length / labels.length };
}

// Return some rows of a split.
function take({ labels, x, size }, rows) {
  const part = new Float32Array(rows.length * size);
  rows.forEach((row, at) => part.set(x.subarray(row * size, (row + 1) * size), at * size));
  return { labels: Uint8Array.from(rows, (row) => labels[row]), x: part, rows: rows.length, size };
}

// Fill a canvas with images side by side. `paint(image, pixel)` returns red, green, blue and alpha.
function fill(canvas, label, count, columns, side, paint) {
  const gap = count > 1 ? 1 : 0;
  canvas.setAttribute("aria-label", label);
  canvas.width = columns * (side + gap) - gap;
  canvas.height = Math.ceil(count / columns) * (side + gap) - gap;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < count * side * side; at++) {
    const image = Math.floor(at / side / side), pixel = at % (side * side);
    const row = Math.floor(image / columns) * (side + gap) + Math.floor(pixel / side);
    const column = (image % columns) * (side + gap) + (pixel % side);
    picture.data.set(paint(image, pixel), 4 * (row * canvas.width + column));
  }
  context.putImageData(picture, 0, 0);
}

// Show images of a split, ink on paper.
function showImages(canvas, label, { x, size }, rows, columns) {
  fill(canvas, label, rows.length, columns, Math.sqrt(size), (image, pixel) => {
    const grey = 255 * (1 - x[rows[image] * size + pixel]);
    return [grey, grey, grey, 255];
  });
}

// Return one image, as an item of a list, for words below it.
function tile(split, row) {
  const canvas = make("canvas", { class: "pixels grey", role: "img" });
  showImages(canvas, say("image_of", { digit: split.labels[row] }), split, [row], 1);
  return make("li", {}, canvas, make("span"));
}

// Show the weights from the pixels to each hidden unit. Return the largest in size.
function showUnits(canvas, weights, units) {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  fill(canvas, say("hidden_label", { units }), units, units > 64 ? 16 : 8, 8, (unit, pixel) => {
    const weight = weights[pixel * units + unit] / largest;
    return [...(weight < 0 ? [236, 122, 8] : [20, 92, 186]), 255 * Math.abs(weight)];
  });
  return largest;
}

// Return where an axis from 0 to `most` has its marks: every 1, 2 or 5 times a power of ten.
function marks(most) {
  const unit = 10 ** Math.floor(Math.log10(most / 3));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => most / size <= 5);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

// Draw curves, each {points: [[x, y], ...], kind, name}, with both axes. What is above `top` is drawn there.
function drawCurves(svg, curves, { right, top, xLabel, format, label }) {
  const [left, bottom, width, height] = [52, 214, 300, 194];
  const toX = (x) => left + width * x / right;
  const toY = (y) => bottom - height * Math.min(y, top) / top;
  const text = (words, x, y, kind) => make("svg:text", { x, y, class: kind }, words);
  svg.setAttribute("aria-label", label);
  svg.replaceChildren(
    ...marks(top).flatMap((value) => [
      make("svg:path", { class: "grid", d: `M${left},${toY(value)}h${width}` }),
      text(format(value), left - 8, toY(value) + 4, "y"),
    ]),
    ...marks(right).map((value) => text(number(value, value % 1 ? 1 : 0), toX(value), bottom + 18, "x")),
    text(xLabel, left + width / 2, bottom + 38, "x"),
    ...curves.map(({ points, kind }) => make("svg:polyline",
      { class: `line ${kind}`, points: points.map(([x, y]) => `${toX(x)},${toY(y)}`).join(" ") })),
  );
  // The names stand at the ends of their curves, the lower ones moved down where they would touch.
  const ends = curves.filter(({ name }) => name).map((curve) => ({ ...curve, end: curve.points.at(-1) }));
  let above = -Infinity;
  for (const { name, kind, end: [x, y] } of ends.sort((a, b) => b.end[1] - a.end[1])) {
    above = Math.max(toY(y) + 4, above + 15);
    svg.append(make("svg:circle", { class: `dot ${kind}`, cx: toX(x), cy: toY(y), r: 3.5 }),
      text(name, toX(x) + 8, above, `name ${kind}`));
  }
}

// Show how many images of each class (rows) got each answer (columns).
function showConfusion(table, labels, predictions) {
  const counts = DIGITS.map(() => DIGITS.map(() => 0));
  labels.forEach((label, row) => { counts[label][predictions[row]] += 1; });
  const most = Math.max(...counts.flat());
  const cell = (digit) => (count, answer) => {
    const made = make("td", { class: answer === digit ? "right" : "" }, String(count || ""));
    made.style.setProperty("--part", count / most);
    return made;
  };
  const rows = counts.map((row, digit) => line(String(digit), row.map(cell(digit))));
  table.replaceChildren(head(DIGITS.map(String)), make("tbody", {}, ...rows));
}
