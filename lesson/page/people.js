// What a person does: guesses images, draws a digit, presses the buttons.
const ROUND = 20;
const guessing = { sources: {}, next: { digits: 0, mnist: 0 }, round: null };

// ---- guess ---------------------------------------------------------------------------------------
function guessSource(kind) {
  return guessing.sources[kind] ??= kind === "digits" ? common : decode(lesson.mnist);
}

function startRound(kind) {
  const split = guessSource(kind), first = guessing.next[kind];
  guessing.next[kind] = first + 2 * ROUND > split.rows ? 0 : first + ROUND;
  const rows = Array.from({ length: ROUND }, (_, at) => first + at);
  guessing.round = { kind, split, rows, answers: [] };
  find("guess").hidden = false;
  find("guess-result").replaceChildren();
  find("guess-tiles").replaceChildren();
  showGuess();
  find("guess").focus();
}

function showGuess() {
  const { split, rows, answers } = guessing.round;
  const words = say("guess_progress", { at: answers.length + 1, all: rows.length });
  find("guess-progress").textContent = words;
  showImages(find("guess-image"), split, [rows[answers.length]], 1, words);
}

function answer(digit) {
  const { round } = guessing;
  if (!round || round.answers.length === round.rows.length) return;
  round.answers.push(digit);
  if (round.answers.length < round.rows.length) return showGuess();
  find("guess").hidden = true;
  const { split, rows, answers } = round;
  find("guess-tiles").replaceChildren(...rows.map((row, at) => {
    const digit = split.labels[row], isWrong = answers[at] !== digit;
    const words = say(isWrong ? "guess_wrong" : "guess_right", { digit, answer: answers[at] });
    return tile(split, row, words, isWrong);
  }));
  renderGuesses();
  find("guess-start").focus();
}

// Say how many a person got, and the network of now on the same images.
function renderGuesses() {
  const { round } = guessing;
  if (!round || round.answers.length < round.rows.length) return;
  const { split, rows, answers, kind } = round;
  const right = rows.filter((row, at) => answers[at] === split.labels[row]).length;
  const words = [say("guess_result", { right, all: rows.length, accuracy: accuracy(right, rows.length) })];
  if (kind === "mnist") words.push(say("guess_no_network"));
  else if (!state.run?.stored) words.push(say("guess_train"));
  else {
    const same = take(split, rows);
    const { predictions } = score(state.run.stored, same.x, same.labels, CLASSES);
    const count = rows.filter((row, at) => predictions[at] === split.labels[row]).length;
    words.push(say("guess_network", { right: count, all: rows.length }));
  }
  if (state.run?.phase !== "running") setWords(find("guess-result"), words.join(" "));
}

// ---- draw ----------------------------------------------------------------------------------------
const SIDE = 32, BLOCK = 4;
const drawing = { ink: new Uint8Array(SIDE * SIDE), cell: null, from: null };

// Put ink on a disc at a place of the bitmap.
function dot(x, y) {
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const isNear = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 <= 2 ** 2;
      if (isNear) drawing.ink[row * SIDE + column] = 1;
    }
  }
}

function stroke(event) {
  const box = find("draw").getBoundingClientRect();
  const to = [event.clientX - box.left, event.clientY - box.top].map((at) => at * SIDE / box.width);
  const from = drawing.from ?? to;
  const pieces = Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])) || 1;
  for (let piece = 1; piece <= pieces; piece++) {
    dot(...to.map((end, axis) => from[axis] + (end - from[axis]) * piece / pieces));
  }
  drawing.from = to;
}

// Return the drawing as the data is: as high as the square, in its middle, and each pixel the number
// of black ones in a block of 4 × 4. Null if nothing is drawn.
function seen() {
  const places = [...drawing.ink.keys()].filter((place) => drawing.ink[place]);
  if (!places.length) return null;
  const bounds = (values) => [Math.min(...values), Math.max(...values) + 1];
  const [left, right] = bounds(places.map((place) => place % SIDE));
  const [top, bottom] = bounds(places.map((place) => Math.floor(place / SIDE)));
  const scale = Math.max(bottom - top, right - left) / SIDE;
  const x = new Float32Array(64);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const fromRow = Math.floor((top + bottom) / 2 + (row + 0.5 - SIDE / 2) * scale);
      const fromColumn = Math.floor((left + right) / 2 + (column + 0.5 - SIDE / 2) * scale);
      const isInside = fromRow >= 0 && fromRow < SIDE && fromColumn >= 0 && fromColumn < SIDE;
      const cell = 8 * Math.floor(row / BLOCK) + Math.floor(column / BLOCK);
      if (isInside) x[cell] += drawing.ink[fromRow * SIDE + fromColumn] / BLOCK ** 2;
    }
  }
  return x;
}

function renderDrawing() {
  const canvas = find("draw"), context = canvas.getContext("2d"), size = canvas.width / SIDE;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  drawing.ink.forEach((ink, place) => {
    if (ink) context.fillRect((place % SIDE) * size, Math.floor(place / SIDE) * size, size, size);
  });
  context.strokeStyle = "#ddd";
  for (let at = BLOCK; at < SIDE; at += BLOCK) {
    context.strokeRect(at * size, -1, 0, canvas.height + 2);
    context.strokeRect(-1, at * size, canvas.width + 2, 0);
  }
  if (drawing.cell !== null) {
    context.strokeStyle = "#777";
    context.lineWidth = 3;
    const [column, row] = [drawing.cell % 8, Math.floor(drawing.cell / 8)];
    context.strokeRect(column * BLOCK * size + 2, row * BLOCK * size + 2, BLOCK * size - 4, BLOCK * size - 4);
    context.lineWidth = 1;
  }
  const x = seen(), stored = state.run?.stored;
  fill(find("draw-seen"), 1, 1, 8, (_, pixel) => [0, 0, 0, 255 * (x?.[pixel] ?? 0)]);
  const isReady = x && stored;
  const chances = isReady ? score(stored, x, [0], CLASSES).probabilities.data : Array(CLASSES).fill(0);
  const best = chances.indexOf(Math.max(...chances));
  find("probabilities").tBodies[0].replaceChildren(...Array.from(chances, (chance, digit) => {
    const bar = make("div", { class: "bar" });
    bar.style.width = `${100 * chance}%`;
    return make("tr", isReady && digit === best ? { class: "best" } : {},
      make("th", { scope: "row" }, String(digit)), make("td", { class: "number" }, isReady ? percent(chance) : "–"),
      make("td", {}, bar));
  }));
  const words = !stored ? say("train_first") : !x ? say("draw_now")
    : say("draw_says", { digit: best, percent: percent(chances[best]) });
  // While a line is being drawn, the answer changes too fast to be read aloud.
  if (!drawing.from) setWords(find("draw-says"), words);
}

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function drawByKey(event) {
  const cell = drawing.cell ?? 0, move = MOVES[event.key];
  if (move) {
    const [column, row] = [cell % 8 + move[0], Math.floor(cell / 8) + move[1]]
      .map((at) => Math.min(Math.max(at, 0), 7));
    drawing.cell = row * 8 + column;
  } else if (event.key === " ") {
    const places = [...drawing.ink.keys()].filter((place) => (
      8 * Math.floor(place / SIDE / BLOCK) + Math.floor((place % SIDE) / BLOCK) === cell));
    const ink = places.some((place) => drawing.ink[place]) ? 0 : 1;
    for (const place of places) drawing.ink[place] = ink;
  } else if (event.key === "Delete") {
    drawing.ink.fill(0);
  } else {
    return;
  }
  event.preventDefault();
  render();
}

// ---- buttons and keys ----------------------------------------------------------------------------
function listen() {
  const on = (id, event, does) => find(id).addEventListener(event, does);
  const enabled = (id, does) => on(id, "click", () => {
    if (find(id).getAttribute("aria-disabled") !== "true") does();
  });
  for (const name of Object.keys(lesson.recipes)) on(`recipe-${name}`, "click", () => choose(name));
  on("settings", "submit", (event) => {
    event.preventDefault();
    go(Infinity);
  });
  on("settings", "input", showSettings);
  enabled("pause", pause);
  on("step", "click", () => go(1));
  enabled("reset", reset);
  enabled("keep", () => {
    state.kept = { ...state.run, points: [...state.run.points] };
    render();
  });
  enabled("forget", () => {
    state.kept = null;
    render();
  });
  on("axis", "change", render);
  on("speed", "input", () => state.worker?.postMessage(["pace", PACES[find("speed").valueAsNumber]]));
  for (const [here, there] of [["edition", "look-edition"], ["look-edition", "edition"]]) {
    on(here, "change", () => {
      find(there).value = find(here).value;
      renderSheets();
    });
  }
  on("look-order", "change", renderSheets);
  on("guess-start", "click", () => startRound("digits"));
  on("guess-mnist", "click", () => startRound("mnist"));
  on("guess", "keydown", (event) => {
    if (/^\d$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) answer(Number(event.key));
  });
  for (let digit = 0; digit < CLASSES; digit++) {
    const button = make("button", { type: "button" }, String(digit));
    button.addEventListener("click", () => answer(digit));
    find("guess-keys").append(button);
  }
  on("draw", "pointerdown", (event) => {
    find("draw").setPointerCapture(event.pointerId);
    Object.assign(drawing, { from: null, cell: null });
    stroke(event);
    render();
  });
  on("draw", "pointermove", (event) => {
    if (!drawing.from) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) stroke(part);
    render();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    on("draw", end, () => {
      drawing.from = null;
      render();
    });
  }
  on("draw", "keydown", drawByKey);
  on("draw", "focus", () => {
    if (find("draw").matches(":focus-visible")) drawing.cell ??= 0;
    render();
  });
  on("draw", "blur", () => {
    drawing.cell = null;
    render();
  });
  on("clear", "click", () => {
    drawing.ink.fill(0);
    render();
  });
}

choose("classroom");
listen();
renderSheets();
render();
