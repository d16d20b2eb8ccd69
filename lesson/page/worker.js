// Trains in the background, so that the page never freezes. It takes one command a message (start,
// pace, go, pause) and reports at most once a frame: the points of the curves since the last report,
// and the network as it is now. training.js stands before this file.
let training, task, until = 0, pace = 0, timer, points = [];

function measure() {
  const stored = training.stored();
  const [train, test] = [task.train, task.test].map(
    (split) => score(stored, split.x, split.labels, task.classes));
  const right = (scored, { labels }) =>
    labels.reduce((count, label, row) => count + (scored.predictions[row] === label), 0);
  points.push({
    epoch: training.epoch,
    train: { loss: train.loss, right: right(train, task.train) },
    test: { loss: test.loss, right: right(test, task.test) },
  });
  return { stored, predictions: test.predictions };
}

function report(rest) {
  postMessage({ points, ...rest });
  points = [];
}

// Run `work`; report a divergence instead of its result.
function unlessDiverged(work) {
  try {
    report(work());
    return true;
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    report({ diverged: true });
    return false;
  }
}

function trainEpochs() {
  const begin = performance.now();
  const goesOn = unlessDiverged(() => {
    let now;
    do {
      while (!training.step());
      now = measure();
    } while (training.epoch < until && !pace && performance.now() - begin < 16);
    return now;
  });
  if (goesOn && training.epoch < until) timer = setTimeout(trainEpochs, pace);
}

const commands = {
  start(given) {
    task = given;
    training = new Training(task.recipe, task.train.x, task.train.labels, task.classes);
    unlessDiverged(measure);
  },
  pace(milliseconds) { pace = milliseconds; },
  go(epochs) {
    until = Math.min(training.epoch + epochs, task.epochs);
    clearTimeout(timer);
    timer = setTimeout(trainEpochs);
  },
  pause() { clearTimeout(timer); },
};

onmessage = ({ data: [command, value] }) => commands[command](value);
