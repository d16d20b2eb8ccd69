// From the settings to a run, and from the run to what the page shows. A run is
// {settings, points, stored, predictions, phase, sum}; its phase is running, paused, done, diverged
// or failed.
const RECIPE = ["epochs", "learning_rate", "momentum", "batch_size", "hidden", "seed"];
const PACES = [0, 50, 100, 250, 500, 1000, 2000];
const FRACTIONS = ["learning_rate", "momentum"];
const input = (key) => find(key.replace("_", "-"));
// Some write a comma in a number: a field of text takes both.
const numberIn = (key) => Number(input(key).value.trim().replace(",", ".") || NaN);
const editions = {};
for (const [name, { train, test, ...rest }] of Object.entries(lesson.editions)) {
  editions[name] = { train: decode(train), test: decode(test), ...rest };
}
// Test images that neither edition trains on, to compare networks on the same images.
const common = take(editions.tinydigits.test, lesson.common);
const state = { run: null, kept: null, worker: null, frame: 0 };

function settings() {
  const numbers = RECIPE.map((key) => [key, numberIn(key)]);
  return { edition: find("edition").value, optimizer: "sgd", ...Object.fromEntries(numbers) };
}

const isCurrent = (run) => JSON.stringify(run?.settings) === JSON.stringify(settings());

// Return the recipe that is nearest to some settings, and the keys that differ.
function nearestRecipe(given) {
  return Object.entries(lesson.recipes)
    .map(([name, recipe]) => ({ name, keys: RECIPE.filter((key) => recipe[key] !== given[key]) }))
    .sort((a, b) => a.keys.length - b.keys.length)[0];
}

function showSettings() {
  for (const key of RECIPE) {
    const { least, most } = input(key).dataset, value = numberIn(key);
    const isWhole = FRACTIONS.includes(key) || Number.isInteger(value);
    const isRight = isWhole && value >= least && value <= most;
    input(key).setCustomValidity(isRight ? "" : say("out_of_range", { least, most }));
  }
  const { name, keys } = nearestRecipe(settings());
  for (const recipe of Object.keys(lesson.recipes)) {
    find(`recipe-${recipe}`).setAttribute("aria-pressed", recipe === name && !keys.length);
  }
  const pace = PACES[find("speed").value];
  const words = say(pace ? "speed_wait" : "speed_full", { seconds: number(pace / 1000, 2) });
  find("speed-says").textContent = words;
  find("speed").setAttribute("aria-valuetext", words);
  state.worker?.postMessage(["pace", pace]);
}

function choose(name) {
  for (const key of RECIPE) input(key).value = lesson.recipes[name][key];
  showSettings();
}

// On file://, Chromium starts no worker from a file, but one from a Blob.
function startWorker(run) {
  state.worker?.terminate();
  const code = ["training", "worker"].map((id) => find(id).textContent);
  const url = URL.createObjectURL(new Blob(code, { type: "text/javascript" }));
  const fail = () => { run.phase = "failed"; render(); };
  let worker;
  try { worker = new Worker(url); } catch { fail(); return; }
  worker.onmessage = ({ data }) => { if (state.worker === worker) receive(run, data); };
  worker.onerror = fail;
  const { train, test } = editions[run.settings.edition];
  worker.postMessage(["start", { recipe: run.settings, train, test, common, classes: DIGITS.length }]);
  state.worker = worker;
  showSettings();
}

async function receive(run, { points, isDiverged, ...network }) {
  run.points.push(...points);
  Object.assign(run, network);
  const epoch = run.points.length - 1;
  if (isDiverged) run.phase = "diverged";
  else if (epoch >= run.pauseAt) run.phase = "paused";
  if (epoch === run.settings.epochs) {
    run.phase = "done";
    // From http:, not https: or file:, browsers compute no SHA-256.
    run.sum = await sum(run.stored).catch(() => null);
  }
  render();
}

// Train some more epochs, or a new network if there is none, it is done, or the settings changed.
function go(epochs) {
  if (!find("settings").reportValidity()) return;
  if (find("curves").getBoundingClientRect().bottom > innerHeight) find("run").scrollIntoView();
  if (!isCurrent(state.run) || !["running", "paused"].includes(state.run.phase)) {
    state.run = { settings: settings(), points: [], phase: "running" };
    startWorker(state.run);
  }
  if (state.run.phase === "failed") return;
  Object.assign(state.run, { phase: "running", pauseAt: Math.max(state.run.points.length - 1, 0) + epochs });
  state.worker.postMessage(["go", epochs]);
}

function pause() {
  state.worker.postMessage(["go", 0]);
  state.run.phase = "paused";
}

function reset() {
  state.worker.terminate();
  Object.assign(state, { run: null, worker: null });
}

const stepsOf = ({ edition, batch_size: size }, epochs) =>
  epochs * Math.ceil(editions[edition].train.rows / size);

// Return what there is to say of a run, with a hint if its learning rate is far off.
function status({ settings: { edition, epochs }, phase, points }) {
  if (phase === "failed") return say("failed");
  if (phase === "diverged") return say("diverged", { epoch: points.length });
  if (!points.length) return say("starting");
  const { train, test } = editions[edition], now = points.at(-1);
  const values = { epoch: now.epoch, epochs, right: now.test.right, rows: test.rows };
  const hints = [say(phase, { ...values, accuracy: accuracy(now.test.right, test.rows) })];
  if (phase === "running") return hints[0];
  if (test.rows < 100) hints.push(say("rough", values));
  const part = now.train.right / train.rows;
  // At a rate that is too large, the loss grows at first, or goes up and down.
  const losses = points.map((point) => point.train.loss), last = losses.slice(-6);
  const falls = Math.max(...losses) < losses[0] + 0.05 && last.every((y, at) => !at || y < last[at - 1]);
  if (!falls && part < 0.5) hints.push(say("too_large"));
  else if (falls && part < 0.9) hints.push(say("still_falls"));
  return hints.join(" ");
}

function renderCurves(runs) {
  const byEpoch = find("axis").value === "epochs";
  const curves = (value) => runs.flatMap((run) => ["train", "test"].map((split) => ({
    kind: run === state.kept ? `${split} kept` : split,
    name: run === state.kept ? "" : say(`name_${split}`),
    points: run.points.map((point) => (
      [byEpoch ? point.epoch : stepsOf(run.settings, point.epoch), value(point[split], run, split)])),
  })));
  const ends = runs.map(({ settings: of }) => (byEpoch ? of.epochs : stepsOf(of, of.epochs)));
  const shared = { right: Math.max(1, ...ends), xLabel: say(byEpoch ? "epochs" : "steps") };
  const rates = curves(({ right }, run, split) => right / editions[run.settings.edition][split].rows);
  drawCurves(find("accuracy-curve"), rates,
    { ...shared, top: 1, format: (y) => `${number(100 * y)}%`, label: say("accuracy_curve") });
  const losses = curves(({ loss }) => loss);
  const largest = Math.max(2.5, ...losses.flatMap(({ points }) => points.map(([, y]) => y)));
  const format = (y) => (y < largest && y === 5 ? say("or_more", { number: y }) : number(y, 1));
  drawCurves(find("loss-curve"), losses,
    { ...shared, top: Math.min(largest, 5), format, label: say("loss_curve") });
}

// Return what the table says of a run.
function facts({ settings: given, points }) {
  const { epoch, train, test, common: same } = points.at(-1), splits = editions[given.edition];
  return {
    samples: number(splits.train.rows),
    epochs: number(epoch), steps: number(stepsOf(given, epoch)),
    accuracy_test: accuracy(test.right, splits.test.rows, "accuracy_of"),
    accuracy_common: accuracy(same.right, common.rows, "accuracy_of"),
    accuracy_train: percent(train.right / splits.train.rows),
    ...Object.fromEntries(RECIPE.slice(1).map((key) => [key, String(given[key])])),
  };
}

function renderRuns(runs) {
  const columns = runs.map(facts);
  const names = runs.map((run) => say(run === state.kept ? "run_kept" : "run_now"));
  const rows = Object.keys(columns[0] ?? {}).map((key) => line(say(key), columns.map((of) => of[key])));
  find("runs").replaceChildren(head(names), make("tbody", {}, ...rows));
  find("kept-legend").hidden = !state.kept;
  if (state.kept) find("kept-settings").textContent = say("legend_kept", facts(state.kept));
}

function renderNetwork({ settings: { hidden, edition }, stored, predictions }) {
  const largest = showUnits(find("hidden-units"), stored[0], hidden);
  find("hidden-scale").textContent = say("hidden_scale", { largest: number(largest, 2) });
  const { test } = editions[edition];
  showConfusion(find("confusion"), test.labels, predictions);
  // Painting takes long, so each image is painted once.
  const tiles = editions[edition].tiles ??= Array.from(test.labels, (_, row) => tile(test, row));
  if (!find("mistakes").contains(tiles[0])) find("mistakes").replaceChildren(...tiles);
  tiles.forEach((item, row) => {
    const digit = test.labels[row], answer = predictions[row];
    item.hidden = answer === digit;
    item.lastChild.textContent = say("mistake", { digit, answer });
  });
  const wrong = tiles.filter((item) => !item.hidden).length;
  find("mistakes-count").textContent = say("mistakes_count", { wrong, rows: test.rows });
}

function renderProof(run) {
  const given = run?.settings ?? settings(), { name, keys } = nearestRecipe(given);
  const released = lesson.released[given.edition][name];
  const place = { recipe: say(`recipe_${name}`), edition: editions[given.edition].title };
  const different = keys.map((key) => `${say(key)} ${lesson.recipes[name][key]}`).join(", ");
  find("sum").textContent = run?.sum ?? "–";
  find("released-sum").textContent = run?.sum ? released : "–";
  find("released-label").textContent = say("sum_released", place);
  const verdict = run?.sum === null ? "proof_none" : !run?.sum ? "proof_first" : keys.length ? "proof_other"
    : run.sum === released ? "proof_equal" : "proof_unequal";
  find("verdict").className = `status ${verdict}`;
  setWords(find("verdict"), say(verdict, { ...place, different }));
  find("command").textContent = lesson.command.replace("EDITION", given.edition).replace("RECIPE", name);
}

// A screen reader speaks a status that is written, so the same words are not written twice.
function setWords(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

// Show all, once before the next frame, however often this is called.
function render() {
  state.frame ||= requestAnimationFrame(() => {
    state.frame = 0;
    const { run, kept } = state, isRunning = run?.phase === "running";
    // While it trains, the figures change too fast to be read aloud.
    find("run-status").setAttribute("aria-live", isRunning ? "off" : "polite");
    const isOld = run && !isRunning && !isCurrent(run);
    const words = run ? status(run) : say("not_trained");
    setWords(find("run-status"), isOld ? `${words} ${say("changed")}` : words);
    const isDone = run?.phase === "done" && !isOld;
    const isEnabled = { pause: isRunning, step: !isDone, reset: run, keep: run?.stored, forget: kept };
    for (const [id, is] of Object.entries(isEnabled)) find(id).setAttribute("aria-disabled", !is);
    const shown = [run, kept].filter((each) => each?.stored);
    renderCurves(shown);
    renderRuns(shown);
    find("network").hidden = !run?.stored;
    if (run?.stored) renderNetwork(run);
    renderProof(run);
    renderDrawing();
    if (!isRunning) renderGuesses();
  });
}
