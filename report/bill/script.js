// What a reader may do with a bill: choose among its lines, and move what it rests on.

const page = document.querySelector(".bill");
const within = (parent, selector) => [...parent.querySelectorAll(selector)];
const mode = () => page.querySelector('[name="tier"]:checked').value;
const SHOWN = { none: ".list", always: ".free", "legacy-12-month": ".year" };

function onTier(react) {
  for (const radio of within(page, '[name="tier"]')) radio.addEventListener("change", react);
}

// Filters

function startFilters(form) {
  const table = page.querySelector("table.bill-lines");
  const rows = within(table, "tbody tr[data-service]");
  const said = form.querySelector('[data-part="found"]');
  const wanted = (name) => form.querySelector(`[data-filter="${name}"]`).value;

  function apply() {
    const [stack, service, text] = ["stack", "service", "text"].map(wanted);
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of rows) {
      const told = row.textContent.toLowerCase();
      const fits =
        (!stack || row.parentElement.dataset.stack === stack) &&
        (!service || row.dataset.service === service) &&
        words.every((word) => told.includes(word));
      row.hidden = !fits;
      found += fits;
    }
    const isWhole = found === rows.length;
    for (const body of table.tBodies) {
      body.hidden = !within(body, "tr[data-service]").some((row) => !row.hidden);
      body.classList.toggle("filtered", !isWhole);
      body.querySelector(".group").hidden = !isWhole && words.length > 0;
    }
    table.tFoot.hidden = !isWhole;
    said.textContent = isWhole ? "" : `${found} of ${rows.length} lines, $${sum()} a month`;
  }

  // The amounts that are shown, added up as they are written.
  function sum() {
    const amounts = rows.filter((row) => !row.hidden).map((row) => row.cells[5]);
    const texts = amounts.map((cell) => (cell.querySelector(SHOWN[mode()]) || cell).textContent);
    return cents(texts.map((text) => decimal(text.replace(/,/g, ""))).reduce(added, ZERO));
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  onTier(apply);
  form.hidden = false;
}

// What if

const STEPS = 1000;
const MIDDLE = STEPS / 2;

// A slider's places: nothing at its left end, now in its middle, and equal factors between.
function scaleOf(control, assumption) {
  const [low, high] = [Number(control.dataset.low), Number(control.dataset.high)];
  const now = Number(assumption.now);
  const isShare = Number(assumption.high) === 1;
  const first = now ? Math.max(low, Number.MIN_VALUE) : high / 1e6;
  const between = (from, to, share) => Math.exp(Math.log(from) + share * (Math.log(to) - Math.log(from)));
  const shareOf = (from, to, at) => (Math.log(at) - Math.log(from)) / (Math.log(to) - Math.log(from));
  const written = (number) => plain(decimal(Number(number.toPrecision(3)).toString()));

  function at(place) {
    if (place === 0) return assumption.low;
    if (isShare) return written(place / STEPS);
    if (place === STEPS) return control.dataset.high;
    if (!now) return written(between(first, high, place / STEPS));
    if (place === MIDDLE) return assumption.now;
    return written(
      place < MIDDLE ? between(first, now, place / MIDDLE) : between(now, high, (place - MIDDLE) / MIDDLE),
    );
  }

  function placeOf(text) {
    const number = Number(text);
    if (!(number > 0)) return 0;
    if (isShare) return Math.round(number * STEPS);
    const share = !now
      ? shareOf(first, high, number) * STEPS
      : number <= now
        ? shareOf(first, now, number) * MIDDLE
        : MIDDLE + shareOf(now, high, number) * MIDDLE;
    return Math.min(STEPS, Math.max(1, Math.round(share)));
  }

  return { at, placeOf };
}

function startWhatIf(form) {
  const data = JSON.parse(form.querySelector("#what-if-data").textContent);
  const bill = prepared(data);
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const controls = data.assumptions.map((assumption) => {
    const box = form.querySelector(`[data-figure="${assumption.name}"]`);
    const [slider, number] = ['[type="range"]', '[type="text"]'].map((kind) => box.querySelector(kind));
    return { assumption, slider, number, scale: scaleOf(box, assumption) };
  });

  function toNow() {
    for (const { assumption, slider, number, scale } of controls) {
      number.value = grouped(assumption.now);
      slide(slider, scale.placeOf(assumption.now), grouped(assumption.now), assumption);
    }
    show();
  }

  function slide(slider, place, text, assumption) {
    slider.value = place;
    slider.setAttribute("aria-valuetext", `${text} ${assumption.unit}`);
  }

  // The figures as they are typed; null where one is none, or out of its range.
  function figures() {
    const found = {};
    let isFine = true;
    for (const { assumption, number } of controls) {
      let figure = null;
      try {
        figure = typed(number.value);
      } catch {
        // told below, as what is out of its range is
      }
      const fits =
        figure !== null &&
        compared(figure, decimal(assumption.low)) >= 0 &&
        compared(figure, decimal(assumption.high)) <= 0 &&
        sizeOf(figure.units) <= DIGITS;
      number.setAttribute("aria-invalid", String(!fits));
      if (!fits) {
        isFine = false;
        const range = `from ${grouped(assumption.low)} to ${grouped(assumption.high)}`;
        const hint = number.value.includes(",") ? ", with its decimals after a point" : "";
        part("difference").textContent = `${assumption.label}: a number ${range} is needed${hint}`;
      }
      found[assumption.name] = figure;
    }
    return isFine ? found : null;
  }

  const nowOf = Object.fromEntries(data.assumptions.map((each) => [each.name, decimal(each.now)]));
  let speaking;

  function show() {
    const found = figures();
    if (found === null) {
      say(part("difference").textContent);
      return;
    }
    const [now, then] = [nowOf, found].map((each) => billOf(bill, each, mode()));
    const difference = subtracted(then.total, now.total);
    part("total").textContent = `$${cents(then.total)} a month`;
    const isSame = cents(difference).replace("-", "") === "0.00";
    const told = isSame
      ? "as it is now"
      : `$${cents(difference).replace("-", "")} ${difference.units > 0n ? "more" : "less"} than now`;
    part("difference").textContent = told;
    showServices(now, then);
    say(`$${cents(then.total)} a month, ${told}`);
  }

  // Told when the reader pauses, and not at each step of a slider.
  function say(text) {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      part("status").textContent = text;
    }, 400);
  }

  function byService({ lines }) {
    const amounts = new Map();
    for (const { line, amount } of lines) {
      const { service } = data.prices[data.lines[line].price];
      amounts.set(service, added(amounts.get(service) || ZERO, amount));
    }
    return amounts;
  }

  function showServices(now, then) {
    const [before, after] = [byService(now), byService(then)];
    const names = [...new Set([...before.keys(), ...after.keys()])];
    const ranked = names
      .map((name) => [name, after.get(name) || ZERO, before.get(name) || ZERO])
      .sort((one, other) => compared(other[1], one[1]));
    const longest = Number(plain(ranked[0]?.[1] || ZERO)) || 1;
    part("services").tBodies[0].replaceChildren(
      ...ranked.slice(0, 8).map(([name, amount, was]) => serviceRow(name, amount, was, longest)),
    );
  }

  for (const { assumption, slider, number, scale } of controls) {
    slider.addEventListener("input", () => {
      number.value = grouped(scale.at(Number(slider.value)));
      slide(slider, slider.value, number.value, assumption);
      show();
    });
    number.addEventListener("input", () => {
      show();
      if (number.getAttribute("aria-invalid") === "true") return;
      slide(slider, scale.placeOf(plain(typed(number.value))), number.value, assumption);
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    toNow();
  });
  onTier(show);
  toNow();
  form.hidden = false;
}

// A service in the outcome: its name, a bar, its amount, and what that is more or less than now.
function serviceRow(name, amount, was, longest) {
  const row = document.createElement("tr");
  const [heading, drawn, usd, change] = ["th", "td", "td", "td"].map((kind) => document.createElement(kind));
  heading.scope = "row";
  heading.textContent = name;
  drawn.append(barOf(Number(plain(amount)) / longest));
  usd.className = change.className = "num";
  usd.textContent = cents(amount);
  const difference = cents(subtracted(amount, was));
  change.textContent = difference === "0.00" ? "" : difference.replace(/^(?!-)/, "+").replace("-", "\u2212");
  row.append(heading, drawn, usd, change);
  return row;
}

function barOf(share) {
  const drawing = (kind) => document.createElementNS("http://www.w3.org/2000/svg", kind);
  const [svg, rect] = [drawing("svg"), drawing("rect")];
  const set = (element, values) =>
    Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
  set(svg, { class: "bill-bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
  set(rect, { width: (share * 100).toFixed(1), height: "10" });
  svg.append(rect);
  return svg;
}

if (page) {
  for (const form of within(page, "form.bill-filters")) startFilters(form);
  for (const form of within(page, "form.what-if")) startWhatIf(form);
}
