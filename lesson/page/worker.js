// Trains in the background, so that the page never freezes. A message is a command: start, pace, go
// or pause. A report comes at most once a frame: the points of the curves since the last one, and the
// network as it is now. training.js stands before this file.
let task, training, until = 0, pace = 0, timer, points = [];

function measure() {
  const stored = training.stored(), point = { epoch: training.epoch };
  let predictions;
  for (const split of ["train", "test"]) {
    const { x, labels } = task[split], scored = score(stored, x, labels, task.classes);
    predictions = scored.predictions;
    const right = labels.filter((label, row) => predictions[row] === label).length;
    point[split] = { loss: scored.loss, right };
  }
  points.push(point);
  return { stored, predictions };
}

// Report what `work` returns, or that training diverged. Return whether it can go on.
function reportOf(work) {
  let result = { diverged: true };
  try {
    result = work();
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
  }
  postMessage({ points, ...result });
  points = [];
  return !result.diverged;
}

function trainEpochs() {
  const begin = performance.now();
  const canGoOn = reportOf(() => {
    let network;
    do {
      while (!training.step());
      network = measure();
    } while (training.epoch < until && !pace && performance.now() - begin < 16);
    return network;
  });
  if (canGoOn && training.epoch < until) timer = setTimeout(trainEpochs, pace);
}

const commands = {
  start(given) {
    task = given;
    training = new Training(task.recipe, task.train.x, task.train.labels, task.classes);
    reportOf(measure);
  },
  pace(milliseconds) { pace = milliseconds; },
  go(epochs) {
    until = Math.min(training.epoch + epochs, task.recipe.epochs);
    clearTimeout(timer);
    timer = setTimeout(trainEpochs);
  },
  pause() { clearTimeout(timer); },
};
onmessage = ({ data: [command, value] }) => commands[command](value);
