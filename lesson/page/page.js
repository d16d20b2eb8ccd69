// From the settings to a run, and from the run to what the page shows. A run is
// {settings, points, stored, predictions, phase, sum}; its phase is running, paused, done or diverged.
const SETTINGS = ["hidden", "learning_rate", "momentum", "batch_size", "epochs", "seed"];
const PACES = [0, 50, 100, 250, 500, 1000, 2000];
const input = (key) => find(key.replace("_", "-"));
const editions = Object.fromEntries(Object.entries(lesson.editions).map(
  ([name, { train, test, easiest_first }]) =>
    [name, { train: decode(train), test: decode(test), easiestFirst: easiest_first }]));
// Test images that neither edition trains on, to compare networks on the same images.
const common = take(editions.tinydigits.test, lesson.common);
const state = { run: null, kept: null, worker: null, workerUrl: null };

// ---- settings ------------------------------------------------------------------------------------
function settings() {
  const numbers = SETTINGS.map((key) => [key, input(key).valueAsNumber]);
  return { edition: find("edition").value, optimizer: "sgd", ...Object.fromEntries(numbers) };
}

function differing(recipe, given) {
  return SETTINGS.filter((key) => recipe[key] !== given[key]);
}

// Return the name of the recipe that is nearest to some settings, and the keys that differ.
function nearestRecipe(given) {
  return Object.entries(lesson.recipes)
    .map(([name, recipe]) => ({ name, keys: differing(recipe, given) }))
    .sort((a, b) => a.keys.length - b.keys.length)[0];
}

function showSettings() {
  const { name, keys } = nearestRecipe(settings());
  for (const recipe of Object.keys(lesson.recipes)) {
    find(`recipe-${recipe}`).setAttribute("aria-pressed", recipe === name && !keys.length);
  }
  const pace = PACES[find("speed").valueAsNumber];
  const words = pace ? say("speed_wait", { seconds: number(pace / 1000, 2) }) : say("speed_full");
  find("speed-says").textContent = words;
  find("speed").setAttribute("aria-valuetext", words);
}

function choose(name) {
  for (const key of SETTINGS) input(key).value = lesson.recipes[name][key];
  showSettings();
}

// ---- the worker ----------------------------------------------------------------------------------
// On file://, Chromium starts no worker from a file, but one from a Blob.
function startWorker(run) {
  state.worker?.terminate();
  if (!state.workerUrl) {
    const text = ["training", "worker"].map((id) => find(id).textContent).join("\n");
    state.workerUrl = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  }
  const worker = new Worker(state.workerUrl);
  worker.onmessage = ({ data }) => { if (state.worker === worker) receive(run, data); };
  const { train, test } = editions[run.settings.edition];
  const task = { recipe: run.settings, epochs: run.settings.epochs, train, test, classes: CLASSES };
  worker.postMessage(["start", task]);
  worker.postMessage(["pace", PACES[find("speed").valueAsNumber]]);
  state.worker = worker;
}

async function receive(run, { points, stored, predictions, diverged }) {
  run.points.push(...points);
  if (stored) Object.assign(run, { stored, predictions });
  if (diverged) run.phase = "diverged";
  else if (epochsOf(run) === run.settings.epochs) run.phase = "done";
  else if (epochsOf(run) >= run.pauseAt) run.phase = "paused";
  if (run.phase === "done") run.sum = await sum(run.stored);
  render();
}

const epochsOf = (run) => run.points.length - 1;
const last = (run) => run.points.at(-1);

// Train the network of now on, or a new one if there is none or its training is over.
function go(epochs) {
  if (!find("settings").reportValidity()) return;
  const given = settings();
  const isSame = state.run && JSON.stringify(state.run.settings) === JSON.stringify(given);
  if (!isSame || !["running", "paused"].includes(state.run.phase)) {
    state.run = { settings: given, points: [], phase: "running", pauseAt: Infinity };
    startWorker(state.run);
  }
  Object.assign(state.run, { phase: "running", pauseAt: Math.max(epochsOf(state.run), 0) + epochs });
  state.worker.postMessage(["go", epochs]);
  render();
}

function pause() {
  if (state.run?.phase !== "running") return;
  state.worker.postMessage(["pause"]);
  state.run.phase = "paused";
  render();
}

function reset() {
  state.worker?.terminate();
  Object.assign(state, { run: null, worker: null });
  render();
}

// ---- what a run shows ----------------------------------------------------------------------------
const steps = ({ settings: { edition, batch_size } }, epochs) =>
  epochs * Math.ceil(editions[edition].train.rows / batch_size);

function status(run) {
  const at = last(run);
  if (run.phase === "diverged") return say("diverged", { epoch: run.points.length });
  if (!at) return say("starting");
  const rows = editions[run.settings.edition].test.rows;
  const values = {
    epoch: at.epoch, epochs: run.settings.epochs, right: at.test.right, rows,
    accuracy: accuracy(at.test.right, rows),
  };
  if (run.phase === "running") return say("running", values);
  const words = [say(run.phase, values)];
  const before = run.points.at(-2) ?? at;
  if (rows < 100) words.push(say("rough"));
  if (at.train.loss > run.points[0].train.loss) words.push(say("loss_grew"));
  else if (before.train.loss - at.train.loss > 0.01 * before.train.loss) words.push(say("still_falls"));
  return words.join(" ");
}

function linesOf(run, isKept, byEpoch) {
  const { train, test } = editions[run.settings.edition];
  const x = (point) => (byEpoch ? point.epoch : steps(run, point.epoch));
  const line = (split, rows, value) => ({
    kind: isKept ? `${split} kept` : split,
    name: isKept ? "" : say(`name_${split}`),
    points: run.points.map((point) => [x(point), value(point[split], rows)]),
  });
  const both = (value) => [line("train", train.rows, value), line("test", test.rows, value)];
  return { accuracy: both(({ right }, rows) => right / rows), loss: both(({ loss }) => loss) };
}

function renderCurves(runs) {
  const byEpoch = find("axis").value === "epochs";
  const curves = runs.map((run) => linesOf(run, run === state.kept, byEpoch));
  const end = (run) => (byEpoch ? run.settings.epochs : steps(run, run.settings.epochs));
  const right = Math.max(1, ...(runs.length ? runs.map(end) : [settings().epochs || 1]));
  const losses = curves.flatMap(({ loss }) => loss.flatMap(({ points }) => points.map(([, y]) => y)));
  const shared = { right, xLabel: say(byEpoch ? "epochs" : "steps") };
  drawCurves(find("accuracy-curve"), curves.flatMap((curve) => curve.accuracy),
    { ...shared, top: 1, format: (value) => `${number(100 * value)}%`, label: say("accuracy_curve") });
  // A loss that grows beyond that leaves the picture at its upper edge.
  drawCurves(find("loss-curve"), curves.flatMap((curve) => curve.loss),
    { ...shared, top: Math.min(Math.max(2.5, ...losses), 5), format: (value) => number(value, 1),
      label: say("loss_curve") });
}

// Return what the table of runs says of one.
function facts(run) {
  const { settings: given, stored } = run, at = last(run);
  const { train, test } = editions[given.edition];
  if (stored && run.commonFor !== stored) {
    const { predictions } = score(stored, common.x, common.labels, CLASSES);
    run.common = common.labels.filter((label, row) => predictions[row] === label).length;
    run.commonFor = stored;
  }
  return {
    samples: number(train.rows), epochs: number(at.epoch), steps: number(steps(run, at.epoch)),
    learning_rate: String(given.learning_rate), momentum: String(given.momentum),
    batch_size: String(given.batch_size), hidden: String(given.hidden), seed: String(given.seed),
    accuracy_train: percent(at.train.right / train.rows),
    accuracy_test: say("of_images", { accuracy: accuracy(at.test.right, test.rows), rows: test.rows }),
    accuracy_common: say("of_images", { accuracy: accuracy(run.common, common.rows), rows: common.rows }),
  };
}

function renderRuns(runs) {
  const columns = runs.map(facts);
  const row = (cell, key, label) => make("tr", {}, make("th", { scope: "row" }, label),
    ...columns.map((column) => make(cell, {}, column[key])));
  const head = make("tr", {}, make("td"), ...runs.map((run) =>
    make("th", { scope: "col" }, say(run === state.kept ? "run_kept" : "run_now"))));
  find("runs").replaceChildren(make("thead", {}, columns.length ? head : ""),
    make("tbody", {}, ...Object.keys(columns[0] ?? {}).map((key) => row("td", key, say(key)))));
}

function renderMistakes(run) {
  const { test } = editions[run.settings.edition];
  const wrong = [...test.labels.keys()].filter((row) => run.predictions[row] !== test.labels[row]);
  find("mistakes-count").textContent = say("mistakes_count", { wrong: wrong.length, rows: test.rows });
  find("mistakes").replaceChildren(...wrong.map((row) => tile(test, row,
    say("mistake", { digit: test.labels[row], answer: run.predictions[row] }), true)));
}

function renderNetwork(run) {
  const units = run.settings.hidden;
  const largest = showUnits(find("hidden-units"), run.stored[0], units);
  find("hidden-units").setAttribute("aria-label", say("hidden_label", { units }));
  find("hidden-scale").textContent = say("hidden_scale", { largest: number(largest, 2) });
  showConfusion(find("confusion"), editions[run.settings.edition].test.labels, run.predictions);
  renderMistakes(run);
}

function clearNetwork() {
  const canvas = find("hidden-units");
  canvas.width = canvas.width; // which empties it
  canvas.setAttribute("aria-label", say("not_trained"));
  find("hidden-scale").textContent = "";
  find("confusion").replaceChildren();
  find("mistakes").replaceChildren();
  find("mistakes-count").textContent = say("mistakes_none_yet");
}

function renderProof(run) {
  const { name, keys } = nearestRecipe(run?.settings ?? settings());
  const edition = run?.settings.edition ?? find("edition").value;
  const released = lesson.released[edition][name];
  const isRecipe = run?.sum && !keys.length;
  const place = { recipe: say(`recipe_${name}`), edition: lesson.editions[edition].title };
  find("sum").textContent = run?.sum ?? "–";
  find("released-label").textContent = say("sum_released", place);
  find("released-sum").textContent = run?.sum ? released : "–";
  const different = keys.map((key) => `${say(key)} ${lesson.recipes[name][key]}`).join(", ");
  const verdict = find("verdict");
  verdict.className = isRecipe ? `status ${run.sum === released ? "good" : "bad"}` : "status";
  setWords(verdict, !run?.sum ? say("proof_first")
    : !isRecipe ? say("proof_other", { ...place, different })
      : say(run.sum === released ? "proof_equal" : "proof_unequal"));
  find("command").textContent = lesson.command
    .replace("EDITION", edition).replace("RECIPE", name);
}

// A status is spoken when it changes: the same words are not written twice.
function setWords(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function renderNow() {
  const { run, kept } = state;
  // While it trains, the figures change too fast to be read aloud.
  find("run-status").setAttribute("aria-live", run?.phase === "running" ? "off" : "polite");
  setWords(find("run-status"), run ? status(run) : say("not_trained"));
  find("run-status").classList.toggle("bad", run?.phase === "diverged");
  const shown = [run, kept].filter((each, at, all) => each?.points.length && all.indexOf(each) === at);
  renderCurves(shown);
  renderRuns(shown);
  if (run?.stored) renderNetwork(run);
  else clearNetwork();
  const isEnabled = {
    pause: run?.phase === "running", reset: run, keep: run?.stored && run !== kept, forget: kept,
  };
  for (const [id, is] of Object.entries(isEnabled)) find(id).setAttribute("aria-disabled", !is);
  find("kept-legend").hidden = !kept;
  if (kept) find("kept-settings").textContent = say("legend_kept", facts(kept));
  renderProof(run);
  renderDrawing();
  renderGuesses();
}

let frame = 0;
function render() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    renderNow();
  });
}

// ---- look ----------------------------------------------------------------------------------------
// Ten pictures: one for each class, or one for each tenth, from the easiest to the hardest.
function renderSheets() {
  const { train, easiestFirst } = editions[find("look-edition").value];
  const byClass = find("look-order").value === "class";
  find("look-note").textContent = say(byClass ? "look_class" : "look_difficulty");
  find("sheets").replaceChildren(...[...Array(CLASSES).keys()].map((group) => {
    const rows = easiestFirst.filter((row, rank) => (
      byClass ? train.labels[row] === group : Math.floor(CLASSES * rank / train.rows) === group));
    const words = byClass ? say("sheet_class", { digit: group, images: rows.length })
      : say("sheet_tenth", { tenth: group + 1, images: rows.length });
    const canvas = make("canvas", { class: "pixels grey", role: "img" });
    showImages(canvas, train, rows, rows.length > 50 ? 20 : 15, words);
    return make("figure", {}, make("figcaption", {}, words), canvas);
  }));
}
