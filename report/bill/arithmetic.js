// Decimals as Python's have them: 28 digits after each operation, rounded half to even.
// A number is {units, places}: units × 10^places, both whole.

const DIGITS = 28;
const ZERO = { units: 0n, places: 0 };

const tenTo = (power) => 10n ** BigInt(power);
const sizeOf = (units) => (units < 0n ? -units : units).toString().length;

function decimal(text) {
  const found = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?$/.exec(String(text).trim());
  if (!found || !(found[2] || found[3])) throw new RangeError(`${text} is no number`);
  const [, sign, whole, part = "", power = "0"] = found;
  const units = BigInt(whole + part || "0");
  return { units: sign === "-" ? -units : units, places: Number(power) - part.length };
}

function rounded({ units, places }) {
  const excess = sizeOf(units) - DIGITS;
  if (excess <= 0) return { units, places };
  const step = tenTo(excess);
  const size = units < 0n ? -units : units;
  let kept = size / step;
  const twice = 2n * (size % step);
  if (twice > step || (twice === step && kept % 2n === 1n)) kept += 1n;
  return { units: units < 0n ? -kept : kept, places: places + excess };
}

function aligned(one, other) {
  const places = Math.min(one.places, other.places);
  return [one.units * tenTo(one.places - places), other.units * tenTo(other.places - places), places];
}

function added(one, other) {
  const [left, right, places] = aligned(one, other);
  return rounded({ units: left + right, places });
}

const negated = ({ units, places }) => ({ units: -units, places });
const subtracted = (one, other) => added(one, negated(other));
const multiplied = (one, other) =>
  rounded({ units: one.units * other.units, places: one.places + other.places });

function divided(one, other) {
  if (other.units === 0n) throw new RangeError("a division by nothing");
  const shift = Math.max(0, DIGITS + 2 + sizeOf(other.units) - sizeOf(one.units));
  const units = one.units * tenTo(shift);
  const left = units % other.units !== 0n;
  // A digit after the last stands for all that is left, so that a half is known from a little more.
  const sticky = (units / other.units) * 10n + (left ? (units < 0n !== other.units < 0n ? -1n : 1n) : 0n);
  return rounded({ units: sticky, places: one.places - other.places - shift - 1 });
}

function ceiling({ units, places }) {
  if (places >= 0) return { units, places };
  const step = tenTo(-places);
  return { units: units / step + (units % step > 0n ? 1n : 0n), places: 0 };
}

function compared(one, other) {
  const [left, right] = aligned(one, other);
  return left < right ? -1 : left > right ? 1 : 0;
}

const least = (one, other) => (compared(other, one) < 0 ? other : one);

function plain({ units, places }) {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString();
  if (places >= 0) return sign + (units === 0n ? "0" : digits + "0".repeat(places));
  const padded = digits.padStart(1 - places, "0");
  const text = `${padded.slice(0, places)}.${padded.slice(places)}`.replace(/\.?0+$/, "");
  return text === "0" ? text : sign + text;
}

// USD for a person: whole cents, rounded half up, thousands apart.
function cents({ units, places }) {
  const size = units < 0n ? -units : units;
  let whole = places >= -2 ? size * tenTo(places + 2) : 0n;
  if (places < -2) {
    const step = tenTo(-2 - places);
    whole = size / step + (2n * (size % step) >= step ? 1n : 0n);
  }
  const digits = whole.toString().padStart(3, "0");
  const dollars = digits.slice(0, -2).replace(/\B(?=(?:[0-9]{3})+$)/g, ",");
  return `${units < 0n && whole ? "-" : ""}${dollars}.${digits.slice(-2)}`;
}

// A number as a person types it. Whoever writes decimals after a comma is not to be taken at ten times
// the word: a comma parts thousands, and where it could be meant otherwise it is refused.
function typed(text) {
  const written = text.replace(/[\s_]/g, "");
  if (/\..*,|^[^,]*,(?![0-9]{3}(?:\.|$))[^,]*$/.test(written)) {
    throw new RangeError(`${text} may be meant in two ways`);
  }
  return decimal(written.replaceAll(",", ""));
}

// The same with its thousands apart.
function grouped(text) {
  const [whole, part] = String(text).split(".");
  return whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ",") + (part ? `.${part}` : "");
}
