// A bill worked out from the data of `miyabi cost what-if --json`, as `miyabi cost` works it out.

const OPERATIONS = {
  "+": added,
  "-": subtracted,
  "*": multiplied,
  "/": divided,
  ceiling,
};
const RELATIONS = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "=": (order) => order === 0,
};

// All constants as decimals, once: what is asked again and again is then numbers alone.
function prepared(bill) {
  if (bill.digits !== DIGITS) throw new RangeError(`numbers of ${bill.digits} digits are not known here`);
  const operand = (written) => (typeof written === "number" ? written : decimal(written));
  const tree = (found, leaf) =>
    Array.isArray(found)
      ? leaf(found)
      : {
          guard: [found.if[0], operand(found.if[1]), operand(found.if[2])],
          then: tree(found.then, leaf),
          otherwise: tree(found.else, leaf),
        };
  const charges = (written) => written.map(([line, units]) => [line, operand(units)]);
  return {
    figures: bill.assumptions.map((each) => each.name),
    steps: bill.steps.map(([name, left, right]) => [OPERATIONS[name], operand(left), operand(right)]),
    root: tree(bill.root, (numbers) => numbers),
    resources: bill.resources.map((each) => tree(each, charges)),
    prices: bill.prices.map((price) => ({
      pool: price.pool,
      tiers: price.tiers.map(([upTo, usd]) => [upTo === null ? null : decimal(upTo), decimal(usd)]),
    })),
    lines: bill.lines.map((line) => line.price),
    allowances: Object.fromEntries(
      Object.entries(bill.allowances).map(([mode, found]) => [
        mode,
        found.map((each) => ({
          quantity: decimal(each.quantity),
          lines: each.lines.map((numbers) => new Set(numbers)),
        })),
      ]),
    ),
  };
}

const valueOf = (operand, values) => (typeof operand === "number" ? values[operand] : operand);

function chosen(tree, values) {
  let found = tree;
  while (!Array.isArray(found)) {
    const [relation, left, right] = found.guard;
    const holds = RELATIONS[relation](compared(valueOf(left, values), valueOf(right, values)));
    found = holds ? found.then : found.otherwise;
  }
  return found;
}

// Lines with units, in the order of the bill, for figures by name.
function chargesOf(bill, figures) {
  const values = bill.figures.map((name) => figures[name]);
  for (const [operation, left, right] of bill.steps) {
    values.push(operation(valueOf(left, values), valueOf(right, values)));
  }
  return chosen(bill.root, values)
    .flatMap((number) => chosen(bill.resources[number], values))
    .map(([line, units]) => ({ line, price: bill.lines[line], units: valueOf(units, values) }))
    .filter(({ units }) => units.units !== 0n);
}

// Units of each charge that an allowance makes free: handed out in order, until none are left.
function freeOf(bill, charges, mode) {
  const free = charges.map(() => ZERO);
  for (const allowance of bill.allowances[mode]) {
    let left = allowance.quantity;
    for (const covered of allowance.lines) {
      charges.forEach((charge, place) => {
        if (left.units === 0n || !covered.has(charge.line)) return;
        const taken = least(left, subtracted(charge.units, free[place]));
        free[place] = added(free[place], taken);
        left = subtracted(left, taken);
      });
    }
  }
  return free;
}

// What some units cost after others of the same pool: each tier's stretch at its rate.
function amountOf(tiers, units, after) {
  const end = added(after, units);
  let position = after;
  let amount = ZERO;
  for (const [upTo, usd] of tiers) {
    const reach = upTo === null ? end : least(end, upTo);
    if (compared(reach, position) > 0) {
      amount = added(amount, multiplied(subtracted(reach, position), usd));
      position = reach;
    }
  }
  if (compared(position, end) < 0) throw new RangeError("no price is known for so many units");
  return amount;
}

// The lines that cost something, with their units and amounts, and the total; all decimals.
function billOf(bill, figures, mode) {
  const charges = chargesOf(bill, figures);
  const free = freeOf(bill, charges, mode);
  const used = new Map();
  let total = ZERO;
  const lines = charges.map(({ line, price, units }, place) => {
    const { pool, tiers } = bill.prices[price];
    const after = used.get(pool) || ZERO;
    const billable = subtracted(units, free[place]);
    const amount = amountOf(tiers, billable, after);
    used.set(pool, added(after, billable));
    total = added(total, amount);
    return { line, units, amount };
  });
  return { lines, total };
}
