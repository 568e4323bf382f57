/* Command bar codes for the page, whatever scanner or camera puts around them: the same rules as on the server (R-02, R-03, D35, SCN-3). */

const COMMAND = /^ *(?:\][A-Zcdehopsz][0-9A-Fa-f])? *(CMD:[A-Z]+) *$/i;
const LINE_ENDS = /^[\r\n\t]+|[\r\n\t]+$/g;

/** What the queue does with a command: an entry of this kind instead of a scan (SCN-3). */
export const COMMANDS = {
  "CMD:PRODUCT": { kind: "mode", text: "Product" },
  "CMD:COMPONENT": { kind: "mode", text: "Component" },
  "CMD:UNDO": { kind: "undo" },
  "CMD:CONTINUE": { kind: "continue" },
  "CMD:DISCARD": { kind: "discard" },
};

/** The text as the page knows it: `CMD:` and the name of a command; any other text is left alone, frame and all. */
export function commandText(text, { prefix = "", suffix = "" } = {}) {
  let bare = text.replace(LINE_ENDS, "");
  if (prefix && bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  if (suffix && bare.endsWith(suffix)) bare = bare.slice(0, -suffix.length);
  return COMMAND.exec(bare)?.[1].toUpperCase() ?? text;
}
