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
const ROUND = 20, guessing = { round: null, next: { common: 0, mnist: 0 } };

function startRound(kind) {
  const split = kind === "common" ? common : decode(lesson.mnist), first = guessing.next[kind];
  // The next round has other images, as long as there are.
  guessing.next[kind] = first + 2 * ROUND > split.rows ? 0 : first + ROUND;
  guessing.round = { kind, split, rows: Array.from({ length: ROUND }, (_, at) => first + at), answers: [] };
  find("guess-result").textContent = "";
  find("guess-tiles").replaceChildren();
  showRound(guessing.round);
  find("guess").focus();
}

// Show the next image, or after the last one all with the answers.
function showRound({ split, rows, answers }) {
  const at = answers.length, words = say("guess_progress", { at: at + 1, all: ROUND });
  find("guess").hidden = at === ROUND;
  if (at < ROUND) {
    find("guess-progress").textContent = words;
    showImages(find("guess-image"), words, split, [rows[at]], 1);
    return;
  }
  find("guess-tiles").replaceChildren(...rows.map((row, image) => {
    const digit = split.labels[row], answer = answers[image], item = tile(split, row);
    item.className = answer === digit ? "right" : "wrong";
    item.lastChild.textContent = say(`guess_${item.className}`, { digit, answer });
    return item;
  }));
  find("guess-result").focus();
}

function guess(digit) {
  guessing.round.answers.push(digit);
  showRound(guessing.round);
}

// Say how many a person got right, and how many of the same images the network.
function renderGuesses() {
  const { round } = guessing;
  if (round?.answers.length !== ROUND) return;
  const { split, rows, answers, kind } = round, { x, labels } = take(split, rows);
  const count = (given) => labels.filter((label, at) => given[at] === label).length;
  const right = count(answers), stored = state.run?.stored;
  const network = kind === "mnist" ? say("guess_no_network") : !stored ? say("guess_train")
    : say("guess_network", { right: count(score(stored, x, labels, DIGITS.length).predictions), all: ROUND });
  setWords(find("guess-result"), `${accuracy(right, ROUND, "guess_result")} ${network}`);
}

// ---- draw: a bitmap of 32 × 32, whose blocks of 4 × 4 are the cells of an image ----
const SIDE = 32, BLOCK = 4, CELLS = 8, PEN = 2;
const drawing = { ink: new Uint8Array(SIDE * SIDE), cell: null, from: null };
const rowOf = (place) => Math.floor(place / SIDE);
const cellOf = (place) => CELLS * Math.floor(rowOf(place) / BLOCK) + Math.floor(place % SIDE / BLOCK);

// Draw a line from where the pointer was to where it is.
function stroke({ clientX, clientY }) {
  const box = find("draw").getBoundingClientRect(), scale = SIDE / box.width;
  const [x, y] = [(clientX - box.left) * scale, (clientY - box.top) * scale];
  const [toX, toY] = drawing.from ?? [x, y], [wide, high] = [toX - x, toY - y];
  drawing.ink.forEach((_, place, ink) => {
    const [right, down] = [place % SIDE + 0.5 - x, rowOf(place) + 0.5 - y];
    // How far along the line the nearest place is, from 0 to 1.
    const along = (right * wide + down * high) / (wide * wide + high * high || 1);
    const part = Math.min(Math.max(along, 0), 1);
    if (Math.hypot(right - part * wide, down - part * high) <= PEN) ink[place] = 1;
  });
  drawing.from = [x, y];
}

// Return the drawing as the data is: as high as the image, in its middle, and in each pixel the part
// of its block that is black. Null if nothing is drawn.
function seen() {
  const { ink } = drawing, inked = [...ink.keys()].filter((place) => ink[place]);
  if (!inked.length) return null;
  const columns = inked.map((place) => place % SIDE);
  const [left, right] = [Math.min(...columns), Math.max(...columns) + 1];
  const [top, bottom] = [rowOf(inked[0]), rowOf(inked.at(-1)) + 1];
  // A dot stays smaller than the image.
  const high = Math.max(bottom - top, SIDE / 4) / SIDE, wide = Math.max(high, (right - left) / SIDE);
  const x = new Float32Array(CELLS * CELLS);
  ink.forEach((_, place) => {
    const row = Math.floor((top + bottom) / 2 + (rowOf(place) + 0.5 - SIDE / 2) * high);
    const column = Math.floor((left + right) / 2 + (place % SIDE + 0.5 - SIDE / 2) * wide);
    if (row < top || row >= bottom || column < left || column >= right) return;
    x[cellOf(place)] += ink[SIDE * row + column] / BLOCK ** 2;
  });
  return x;
}

function renderDrawing() {
  // The cells alternate in tone; the one where the arrow keys are is darker.
  fill(find("draw"), say("draw_label"), 1, 1, SIDE, (_, place) => {
    const cell = cellOf(place);
    const paper = (cell + Math.floor(cell / CELLS)) % 2 ? 255 : 244;
    const tone = cell === drawing.cell ? [190, 90] : [paper, 0];
    return [...Array(3).fill(tone[drawing.ink[place]]), 255];
  });
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

const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -CELLS, ArrowDown: CELLS };

function drawByKey(event) {
  drawing.cell ??= 0;
  const { ink, cell } = drawing, count = CELLS * CELLS;
  if (event.key in MOVES) drawing.cell = (cell + MOVES[event.key] + count) % count;
  else if (event.key === " ") {
    const places = [...ink.keys()].filter((place) => cellOf(place) === cell);
    const isEmpty = places.every((place) => !ink[place]);
    for (const place of places) ink[place] = isEmpty;
  } else return;
  const place = { row: Math.floor(drawing.cell / CELLS) + 1, column: drawing.cell % CELLS + 1 };
  const isInked = ink.some((is, at) => is && cellOf(at) === drawing.cell);
  find("draw-cell").textContent = say(isInked ? "cell_filled" : "cell_empty", place);
  event.preventDefault();
}

// At each event do something, unless a button is disabled, and then show what has changed.
function on(id, events, does, show = render) {
  for (const event of events.split(" ")) {
    find(id).addEventListener(event, (given) => {
      if (find(id).getAttribute("aria-disabled") === "true") return;
      does(given);
      show();
    });
  }
}

for (const name of Object.keys(lesson.recipes)) on(`recipe-${name}`, "click", () => choose(name));
on("settings", "input", showSettings);
on("settings", "submit", (event) => { event.preventDefault(); go(Infinity); });
on("step", "click", () => go(1));
on("pause", "click", pause);
on("reset", "click", reset);
on("keep", "click", () => { state.kept = { ...state.run, points: [...state.run.points] }; });
on("forget", "click", () => { state.kept = null; });
on("axis", "change", render);
for (const id of ["look-edition", "look-order"]) on(id, "change", renderSheets);
on("guess-start", "click", () => startRound("common"), renderGuesses);
on("guess-mnist", "click", () => startRound("mnist"), renderGuesses);
// Wherever the focus is, but for a field; a key that is held down is one answer.
document.addEventListener("keydown", (event) => {
  const { target, key, repeat, ctrlKey, metaKey, altKey } = event;
  if (find("guess").hidden || target.matches("input, select")) return;
  if (repeat) event.preventDefault();
  else if (/^\d$/.test(key) && !ctrlKey && !metaKey && !altKey) {
    guess(Number(key));
    renderGuesses();
  }
});
for (const digit of DIGITS) on(`guess-${digit}`, "click", () => guess(digit), renderGuesses);
on("draw", "pointerdown", (event) => {
  if (event.button) return;
  find("draw").setPointerCapture(event.pointerId);
  Object.assign(drawing, { from: null, cell: null });
  stroke(event);
}, renderDrawing);
on("draw", "pointermove", (event) => { if (drawing.from) stroke(event); }, renderDrawing);
on("draw", "pointerup pointercancel", () => { drawing.from = null; }, renderDrawing);
on("draw", "keydown", drawByKey, renderDrawing);
on("draw", "focus", ({ target }) => { drawing.cell = target.matches(":focus-visible") ? 0 : null; }, renderDrawing);
on("draw", "blur", () => { drawing.cell = null; }, renderDrawing);
on("clean", "click", () => { drawing.ink.fill(0); find("draw-cell").textContent = ""; }, renderDrawing);

choose("classroom");
renderSheets();
render();
