// What a person does: looks at images, guesses them, draws a digit, presses buttons and keys.

// Show the training images in ten groups: the digits, or tenths from the easiest to the hardest.
function renderSheets() {
  const { train, easiest_first: easiestFirst } = editions[find("look-edition").value];
  const order = find("look-order").value;
  find("look-note").textContent = say(`look_${order}`);
  find("sheets").replaceChildren(...DIGITS.map((group) => {
    const rows = easiestFirst.filter((row, rank) => group === (
      order === "digit" ? train.labels[row] : Math.floor(DIGITS.length * rank / train.rows)));
    const words = say(`sheet_${order}`, { digit: group, tenth: group + 1, images: rows.length });
    const canvas = make("canvas", { class: "pixels grey", role: "img" });
    showImages(canvas, words, train, rows, rows.length > 50 ? 20 : 15);
    return make("figure", {}, make("figcaption", {}, words), canvas);
  }));
}

// ---- guess: a round is {split, rows, answers}, null before the first ----
const ROUND = 20;
const guessing = { round: null, next: { common: 0, mnist: 0 } };
const isOver = ({ rows, answers }) => answers.length === rows.length;

function startRound(kind) {
  const split = kind === "common" ? common : decode(lesson.mnist);
  const first = guessing.next[kind];
  // The next round has other images, as long as there are.
  guessing.next[kind] = first + 2 * ROUND > split.rows ? 0 : first + ROUND;
  guessing.round = { kind, split, rows: Array.from({ length: ROUND }, (_, at) => first + at), answers: [] };
  find("guess").hidden = false;
  find("guess-result").textContent = "";
  find("guess-tiles").replaceChildren();
  showGuess(guessing.round);
  find("guess").focus();
}

function showGuess({ split, rows, answers }) {
  const words = say("guess_progress", { at: answers.length + 1, all: rows.length });
  find("guess-progress").textContent = words;
  showImages(find("guess-image"), words, split, [rows[answers.length]], 1);
}

function guess(digit) {
  const { round } = guessing, { split, rows, answers } = round;
  if (isOver(round)) return;
  answers.push(digit);
  if (!isOver(round)) {
    showGuess(round);
    return;
  }
  find("guess-tiles").replaceChildren(...rows.map((row, at) => {
    const kind = answers[at] === split.labels[row] ? "right" : "wrong";
    return tile(split, row, say(`guess_${kind}`, { digit: split.labels[row], answer: answers[at] }), kind);
  }));
  renderGuesses();
  find("guess").hidden = true;
  find("guess-start").focus();
}

// Say how many a person got right, and how many of the same images the network.
function renderGuesses() {
  const { round } = guessing;
  if (!round || !isOver(round)) return;
  const { split, rows, answers, kind } = round, { x, labels } = take(split, rows);
  const count = (given) => labels.filter((label, at) => given[at] === label).length;
  const right = count(answers), stored = state.run?.stored;
  const network = kind === "mnist" ? say("guess_no_network") : !stored ? say("guess_train")
    : say("guess_network", { right: count(score(stored, x, labels, DIGITS.length).predictions), all: ROUND });
  const yours = say("guess_result", { right, all: ROUND, accuracy: accuracy(right, ROUND) });
  setWords(find("guess-result"), `${yours} ${network}`);
}

// ---- draw: a bitmap of 32 × 32, whose blocks of 4 × 4 are the cells of an image ----
const SIDE = 32, BLOCK = 4, CELLS = 8, PEN = 2;
const drawing = { ink: new Uint8Array(SIDE * SIDE), cell: null, from: null };
const cellOf = (row, column) => CELLS * Math.floor(row / BLOCK) + Math.floor(column / BLOCK);

// Call a function with the row and column of each place of the bitmap.
function eachPlace(call) {
  for (let place = 0; place < SIDE * SIDE; place++) call(Math.floor(place / SIDE), place % SIDE, place);
}

// Draw a line from where the pointer was to where it is.
function stroke({ clientX, clientY }) {
  const box = find("draw").getBoundingClientRect(), scale = SIDE / box.width;
  const [x, y] = [(clientX - box.left) * scale, (clientY - box.top) * scale];
  const [fromX, fromY] = drawing.from ?? [x, y];
  const pieces = Math.ceil(2 * Math.hypot(x - fromX, y - fromY)) || 1;
  for (let piece = 1; piece <= pieces; piece++) {
    const part = piece / pieces;
    const [atX, atY] = [fromX + (x - fromX) * part, fromY + (y - fromY) * part];
    eachPlace((row, column, place) => {
      if (Math.hypot(column + 0.5 - atX, row + 0.5 - atY) <= PEN) drawing.ink[place] = 1;
    });
  }
  drawing.from = [x, y];
}

// Return the drawing as the data is: as high as the image, in its middle, and in each pixel the part
// of its block that is black. Null if nothing is drawn.
function seen() {
  let [top, bottom, left, right] = [SIDE, 0, SIDE, 0];
  eachPlace((row, column, place) => {
    if (!drawing.ink[place]) return;
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
  });
  if (top >= bottom) return null;
  const high = (bottom - top) / SIDE, wide = Math.max(high, (right - left) / SIDE);
  const x = new Float32Array(CELLS * CELLS);
  eachPlace((row, column) => {
    const from = Math.floor((left + right) / 2 + (column + 0.5 - SIDE / 2) * wide);
    const isInk = from >= left && from < right && drawing.ink[SIDE * Math.floor(top + (row + 0.5) * high) + from];
    if (isInk) x[cellOf(row, column)] += 1 / BLOCK ** 2;
  });
  return x;
}

function paintDrawing() {
  const canvas = find("draw"), context = canvas.getContext("2d"), size = canvas.width / SIDE;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  eachPlace((row, column, place) => {
    if (drawing.ink[place]) context.fillRect(column * size, row * size, size, size);
  });
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    [context.strokeStyle, context.lineWidth] = cell === drawing.cell ? ["#777", 4] : ["#8883", 1];
    const [row, column] = [Math.floor(cell / CELLS), cell % CELLS].map((at) => at * BLOCK * size);
    context.strokeRect(column + 1, row + 1, BLOCK * size - 2, BLOCK * size - 2);
  }
}

function renderDrawing() {
  paintDrawing();
  const x = seen(), stored = state.run?.stored, isReady = x && stored;
  fill(find("draw-seen"), say("draw_seen"), 1, 1, CELLS, (_, pixel) => [0, 0, 0, 255 * (x?.[pixel] ?? 0)]);
  const chances = isReady ? score(stored, x, [0], DIGITS.length).probabilities.data : DIGITS.map(() => 0);
  const best = chances.indexOf(Math.max(...chances));
  find("probabilities").tBodies[0].replaceChildren(...Array.from(chances, (chance, digit) => {
    const bar = make("div", { class: "bar" });
    bar.style.width = `${100 * chance}%`;
    const row = line(String(digit), [isReady ? percent(chance) : "–", make("td", {}, bar)]);
    row.className = isReady && digit === best ? "best" : "";
    return row;
  }));
  // While a line is being drawn, the answer changes too fast to be read aloud.
  if (drawing.from) return;
  const words = !stored ? "train_first" : !x ? "draw_now" : "draw_says";
  setWords(find("draw-says"), say(words, { digit: best, percent: percent(chances[best]) }));
}

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function drawByKey(event) {
  const cell = drawing.cell ?? 0, inside = (at) => Math.min(Math.max(at, 0), CELLS - 1);
  if (event.key in MOVES) {
    const [down, right] = MOVES[event.key];
    drawing.cell = CELLS * inside(Math.floor(cell / CELLS) + down) + inside(cell % CELLS + right);
  } else if (event.key === " ") {
    const { ink } = drawing, places = [];
    eachPlace((row, column, place) => { if (cellOf(row, column) === cell) places.push(place); });
    const isEmpty = places.every((place) => !ink[place]);
    for (const place of places) ink[place] = isEmpty;
  } else return;
  event.preventDefault();
  render();
}

// ---- buttons, fields and keys ----
const on = (id, events, does) => events.split(" ").forEach((event) => find(id).addEventListener(event, does));
const press = (id, does) => on(id, "click", () => {
  if (find(id).getAttribute("aria-disabled") !== "true") does();
});
const thenRender = (does) => (event) => {
  does(event);
  render();
};

for (const name of Object.keys(lesson.recipes)) press(`recipe-${name}`, () => choose(name));
on("settings", "submit", (event) => {
  event.preventDefault();
  go(Infinity);
});
on("settings", "input", showSettings);
press("step", () => go(1));
press("pause", pause);
press("reset", reset);
press("keep", thenRender(() => { state.kept = { ...state.run, points: [...state.run.points] }; }));
press("forget", thenRender(() => { state.kept = null; }));
on("axis", "change", render);
for (const [here, there] of [["edition", "look-edition"], ["look-edition", "edition"]]) {
  on(here, "change", () => {
    find(there).value = find(here).value;
    renderSheets();
    render();
  });
}
on("look-order", "change", renderSheets);
press("guess-start", () => startRound("common"));
press("guess-mnist", () => startRound("mnist"));
on("guess", "keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (/^\d$/.test(key) && !ctrlKey && !metaKey && !altKey) guess(Number(key));
});
for (const digit of DIGITS) {
  const button = make("button", { type: "button" }, String(digit));
  button.addEventListener("click", () => guess(digit));
  find("guess-keys").append(button);
}
on("draw", "pointerdown", thenRender((event) => {
  find("draw").setPointerCapture(event.pointerId);
  Object.assign(drawing, { from: null, cell: null });
  stroke(event);
}));
on("draw", "pointermove", thenRender((event) => {
  if (drawing.from) (event.getCoalescedEvents?.() ?? [event]).forEach(stroke);
}));
on("draw", "pointerup pointercancel", thenRender(() => { drawing.from = null; }));
on("draw", "keydown", drawByKey);
on("draw", "focus", thenRender(() => { drawing.cell = find("draw").matches(":focus-visible") ? 0 : null; }));
on("draw", "blur", thenRender(() => { drawing.cell = null; }));
press("clean", thenRender(() => { drawing.ink.fill(0); }));

choose("classroom");
renderSheets();
render();
