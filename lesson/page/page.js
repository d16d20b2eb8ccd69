// From the settings to a run, and from the run to what the page shows. A run is
// {settings, points, stored, predictions, phase, sum}; its phase is running, paused, done or diverged.
const SETTINGS = ["learning_rate", "momentum", "epochs", "batch_size", "hidden", "seed"];
const PACES = [0, 50, 100, 250, 500, 1000, 2000];
const input = (key) => find(key.replace("_", "-"));
const editions = {};
for (const [name, { train, test, ...rest }] of Object.entries(lesson.editions)) {
  editions[name] = { train: decode(train), test: decode(test), ...rest };
}
// Test images that neither edition trains on, to compare networks on the same images.
const common = take(editions.tinydigits.test, lesson.common);
const state = { run: null, kept: null, worker: null };

function settings() {
  const numbers = SETTINGS.map((key) => [key, input(key).valueAsNumber]);
  return { edition: find("edition").value, optimizer: "sgd", ...Object.fromEntries(numbers) };
}

// Return the recipe that is nearest to some settings, and the keys that differ.
function nearestRecipe(given) {
  return Object.entries(lesson.recipes)
    .map(([name, recipe]) => ({ name, keys: SETTINGS.filter((key) => recipe[key] !== given[key]) }))
    .sort((a, b) => a.keys.length - b.keys.length)[0];
}

function showSettings() {
  const { name, keys } = nearestRecipe(settings());
  for (const recipe of Object.keys(lesson.recipes)) {
    find(`recipe-${recipe}`).setAttribute("aria-pressed", recipe === name && !keys.length);
  }
  const pace = PACES[find("speed").value];
  const words = pace ? say("speed_wait", { seconds: number(pace / 1000, 2) }) : say("speed_full");
  find("speed-says").textContent = words;
  find("speed").setAttribute("aria-valuetext", words);
  state.worker?.postMessage(["pace", pace]);
}

function choose(name) {
  for (const key of SETTINGS) input(key).value = lesson.recipes[name][key];
  showSettings();
}

// On file://, Chromium starts no worker from a file, but one from a Blob.
function startWorker(run) {
  state.worker?.terminate();
  const code = ["training", "worker"].map((id) => find(id).textContent);
  const url = URL.createObjectURL(new Blob(code, { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => { if (state.worker === worker) receive(run, data); };
  const { train, test } = editions[run.settings.edition];
  worker.postMessage(["start", { recipe: run.settings, train, test, classes: DIGITS.length }]);
  state.worker = worker;
  showSettings();
}

async function receive(run, { points, diverged, ...network }) {
  run.points.push(...points);
  Object.assign(run, network);
  if (diverged) run.phase = "diverged";
  else if (epochOf(run) >= run.pauseAt) run.phase = "paused";
  if (epochOf(run) === run.settings.epochs) {
    run.phase = "done";
    run.sum = await sum(run.stored);
  }
  render();
}

const epochOf = (run) => run.points.length - 1;

// Train some more epochs, or a new network if there is none, it is done, or the settings changed.
function go(epochs) {
  if (!find("settings").reportValidity()) return;
  const given = settings();
  const isSame = JSON.stringify(state.run?.settings) === JSON.stringify(given);
  if (!isSame || !["running", "paused"].includes(state.run.phase)) {
    state.run = { settings: given, points: [], phase: "running" };
    startWorker(state.run);
  }
  Object.assign(state.run, { phase: "running", pauseAt: Math.max(epochOf(state.run), 0) + epochs });
  state.worker.postMessage(["go", epochs]);
  render();
}

function pause() {
  state.worker.postMessage(["pause"]);
  state.run.phase = "paused";
  render();
}

function reset() {
  state.worker.terminate();
  Object.assign(state, { run: null, worker: null });
  render();
}

const stepsOf = ({ settings: { edition, batch_size: size } }, epochs) =>
  epochs * Math.ceil(editions[edition].train.rows / size);

// Return what there is to say of a run, with a hint if its learning rate is far off.
function status({ settings: { edition, epochs }, phase, points }) {
  if (phase === "diverged") return say("diverged", { epoch: points.length });
  if (!points.length) return say("starting");
  const { train, test } = editions[edition], [first, now] = [points[0], points.at(-1)];
  const values = { epoch: now.epoch, epochs, right: now.test.right, rows: test.rows };
  const words = [say(phase, { ...values, accuracy: accuracy(now.test.right, test.rows) })];
  if (phase === "running") return words[0];
  if (test.rows < 100) words.push(say("rough"));
  const part = now.train.right / train.rows;
  const hasGrown = points.some((point) => point.train.loss > first.train.loss);
  if (hasGrown && part < 0.5) words.push(say("too_large"));
  else if (now.train.loss < first.train.loss && part < 0.9) words.push(say("still_falls"));
  return words.join(" ");
}

function renderCurves(runs) {
  const byEpoch = find("axis").value === "epochs";
  const curves = (value) => runs.flatMap((run) => ["train", "test"].map((split) => ({
    kind: run === state.kept ? `${split} kept` : split,
    name: run === state.kept ? "" : say(`name_${split}`),
    points: run.points.map((point) => (
      [byEpoch ? point.epoch : stepsOf(run, point.epoch), value(point[split], run, split)])),
  })));
  const ends = runs.map((run) => (byEpoch ? run.settings.epochs : stepsOf(run, run.settings.epochs)));
  const shared = { right: Math.max(1, ...ends), xLabel: say(byEpoch ? "epochs" : "steps") };
  const rates = curves(({ right }, run, split) => right / editions[run.settings.edition][split].rows);
  drawCurves(find("accuracy-curve"), rates,
    { ...shared, top: 1, format: (y) => `${number(100 * y)}%`, label: say("accuracy_curve") });
  const losses = curves(({ loss }) => loss);
  const largest = Math.max(2.5, ...losses.flatMap(({ points }) => points.map(([, y]) => y)));
  drawCurves(find("loss-curve"), losses,
    { ...shared, top: Math.min(largest, 5), format: (y) => number(y, 1), label: say("loss_curve") });
}

// Return what the table says of a run.
function facts(run) {
  const { settings: given, stored } = run, { epoch, train, test } = run.points.at(-1);
  const splits = editions[given.edition];
  const { predictions } = score(stored, common.x, common.labels, DIGITS.length);
  const right = common.labels.filter((label, row) => predictions[row] === label).length;
  return {
    samples: number(splits.train.rows), ...Object.fromEntries(SETTINGS.map((key) => [key, String(given[key])])),
    epochs: number(epoch), steps: number(stepsOf(run, epoch)),
    accuracy_train: accuracy(train.right, splits.train.rows, "accuracy_of"),
    accuracy_test: accuracy(test.right, splits.test.rows, "accuracy_of"),
    accuracy_common: accuracy(right, common.rows, "accuracy_of"),
  };
}

function renderRuns(runs) {
  const columns = runs.map(facts);
  const heads = runs.map((run) => (
    make("th", { scope: "col" }, say(run === state.kept ? "run_kept" : "run_now"))));
  const rows = Object.keys(columns[0] ?? {}).map((key) => line(say(key), columns.map((of) => of[key])));
  find("runs").replaceChildren(make("thead", {}, line("", heads)), make("tbody", {}, ...rows));
  find("kept-legend").hidden = !state.kept;
  if (state.kept) find("kept-settings").textContent = say("legend_kept", facts(state.kept));
}

function renderNetwork({ settings: { hidden, edition }, stored, predictions }) {
  const largest = showUnits(find("hidden-units"), stored[0], hidden);
  find("hidden-scale").textContent = say("hidden_scale", { largest: number(largest, 2) });
  const { test } = editions[edition];
  showConfusion(find("confusion"), test.labels, predictions);
  const wrong = [...test.labels.keys()].filter((row) => predictions[row] !== test.labels[row]);
  find("mistakes-count").textContent = say("mistakes_count", { wrong: wrong.length, rows: test.rows });
  find("mistakes").replaceChildren(...wrong.map((row) => (
    tile(test, row, say("mistake", { digit: test.labels[row], answer: predictions[row] }), ""))));
}

function renderProof(run) {
  const given = run?.settings ?? settings(), { name, keys } = nearestRecipe(given);
  const released = lesson.released[given.edition][name];
  const place = { recipe: say(`recipe_${name}`), edition: editions[given.edition].title };
  const different = keys.map((key) => `${say(key)} ${lesson.recipes[name][key]}`).join(", ");
  find("sum").textContent = run?.sum ?? "–";
  find("released-sum").textContent = run?.sum ? released : "–";
  find("released-label").textContent = say("sum_released", place);
  const verdict = !run?.sum ? "proof_first" : keys.length ? "proof_other"
    : run.sum === released ? "proof_equal" : "proof_unequal";
  find("verdict").className = `status ${verdict}`;
  setWords(find("verdict"), say(verdict, { ...place, different }));
  find("command").textContent = lesson.command.replace("EDITION", given.edition).replace("RECIPE", name);
}

// A screen reader speaks a status that is written, so the same words are not written twice.
function setWords(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

let frame = 0;
function render() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const { run, kept } = state;
    // While it trains, the figures change too fast to be read aloud.
    find("run-status").setAttribute("aria-live", run?.phase === "running" ? "off" : "polite");
    setWords(find("run-status"), run ? status(run) : say("not_trained"));
    const isEnabled = { pause: run?.phase === "running", reset: run, keep: run?.stored, forget: kept };
    for (const [id, is] of Object.entries(isEnabled)) find(id).setAttribute("aria-disabled", !is);
    const shown = [run, kept].filter((each) => each?.stored);
    renderCurves(shown);
    renderRuns(shown);
    find("network").hidden = !run?.stored;
    if (run?.stored) renderNetwork(run);
    renderProof(run);
    renderDrawing();
    if (run?.phase !== "running") renderGuesses();
  });
}
