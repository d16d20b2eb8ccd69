// Runs behind training.js: replaces each result in `known` by what its arguments come to.
import { readFileSync } from "node:fs";
globalThis.crypto ??= (await import("node:crypto")).webcrypto; // Node 18 has none
const [known, recipes, sets] = JSON.parse(readFileSync(0, "utf-8"));
const { generator, product, step, training, models } = known;
const rows = (x) => matrix(x.length, x[0].length, Float64Array.from(x.flat()));
const row = (data, m) => (i) => [...data.subarray(i * m, (i + 1) * m)];
const lists = ({ columns: m, data }) => [...Array(data.length / m).keys()].map(row(data, m));
function train(recipe, x, labels, classes) {
  const run = new Training(recipe, Float32Array.from(x.flat()), labels, classes);
  while (run.epoch < recipe.epochs) run.step();
  return run.stored();
}
const [integers, fractions, permutation] = [1, 2, 3].map(() => new Random(generator.seed));
generator.integers = generator.integers.map(() => integers.next());
generator.fractions = generator.fractions.map(() => fractions.fraction());
generator.permutation = [...permutation.permutation(generator.permutation.length)];
product.result = lists(matmul(rows(product.a), rows(product.b)));
for (const f of [exp, log]) known[f.name] = known[f.name].map(([x]) => [x, f(x)]);
const weights = initialize(new Random(step.recipe.seed), 3, 2, 2);
const wanted = step.labels.map((label) => [1 - label, label]);
const [x, y] = [step.x, wanted].map((all) => rows(step.order.map((i) => all[i])));
Object.assign(step, { weights: weights.map(lists), gradient: backward(weights, x, y).map(lists) });
for (const optimizer of ["sgd", "adam"]) for (const each of [step, training]) {
  const classes = each.classes ?? [0, 1];
  const labels = each.labels.map((label) => classes.indexOf(label));
  const stored = train({ ...each.recipe, optimizer }, each.x, labels, classes.length);
  each[optimizer] = stored.map((data, i) => lists({ columns: i < 2 ? 2 : classes.length, data }));
}
for (const [name, [images, labels]] of Object.entries(sets)) for (const key of Object.keys(recipes))
  models[name][key] = await sum(train(recipes[key], images, labels, 10));
console.log(JSON.stringify(known));
