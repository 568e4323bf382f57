/* Where an Enter in the middle of a code may stand for FNC1. */

// GS1's predefined element lengths, identifier included: whatever else follows runs to a separator (R-05, R-08).
const PREDEFINED_LENGTHS = {
  "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, 11: 8, 12: 8, 13: 8, 14: 8, 15: 8, 16: 8, 17: 8, 18: 8, 19: 8, 20: 4,
  31: 10, 32: 10, 33: 10, 34: 10, 35: 10, 36: 10, 41: 16,
};

/** Whether the text so far may go on after an Enter that stood for FNC1: its last element has no fixed length. */
export function endsInVariableField(text, separator) {
  let rest = text.replace(/^\][A-Za-z][0-9]/, "");
  rest = rest.slice(rest.lastIndexOf(separator) + 1);
  for (let size; (size = PREDEFINED_LENGTHS[rest.slice(0, 2)]) && rest.length >= size;) rest = rest.slice(size);
  return /^\d\d/.test(rest) && !PREDEFINED_LENGTHS[rest.slice(0, 2)];
}
