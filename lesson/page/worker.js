// Trains in the background, so that the page never freezes. A message is a command: start, pace, or
// go on for some epochs. A report, at most one a frame, has the points of the curves since the last
// one, and the network as it is now. training.js stands before this file.
let task, training, until = 0, pace = 0, timer, points = [];

function measure() {
  const stored = training.stored(), point = { epoch: training.epoch };
  let predictions;
  // Test comes last: its predictions are shown.
  for (const split of ["train", "common", "test"]) {
    const { x, labels } = task[split], scored = score(stored, x, labels, task.classes);
    predictions = scored.predictions;
    const right = labels.filter((label, row) => predictions[row] === label).length;
    point[split] = { loss: scored.loss, right };
  }
  points.push(point);
  return { stored, predictions };
}

function report(network) {
  postMessage({ points, ...network });
  points = [];
}

function trainEpochs() {
  const begin = performance.now();
  let network;
  try {
    do {
      while (!training.step());
      network = measure();
    } while (training.epoch < until && !pace && performance.now() - begin < 30);
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    network = { isDiverged: true };
    until = 0;
  }
  report(network);
  if (training.epoch < until) timer = setTimeout(trainEpochs, pace);
}

const commands = {
  start(given) {
    task = given;
    training = new Training(task.recipe, task.train.x, task.train.labels, task.classes);
    report(measure());
  },
  pace(milliseconds) { pace = milliseconds; },
  go(epochs) {
    until = Math.min(training.epoch + epochs, task.recipe.epochs);
    clearTimeout(timer);
    if (training.epoch < until) timer = setTimeout(trainEpochs);
  },
};
onmessage = ({ data: [command, value] }) => commands[command](value);
