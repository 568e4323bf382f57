/*
 * Decodes frames beside the page, so that the picture stays smooth (scanning.md 5). A classic worker: the library is one script.
 * Takes {number, image}, gives {number, readings} or {number, failed}; {ready} once the WebAssembly is compiled.
 */
/* global importScripts, ZXingWASM */
importScripts("/static/vendor/zxing-wasm-reader-3.1.4.js");

const OPTIONS = {
  formats: ["DataMatrix", "QRCode", "MicroQRCode", "Aztec", "PDF417", "Code128", "DataBar", "EANUPC", "ITF", "Code39", "Code93", "Codabar"],
  textMode: "Plain",
  tryHarder: true,
  maxNumberOfSymbols: 8,
  // A single scan line is easily wrong: measured, three remove the shortened ITF readings.
  minLineCount: 3,
};

// Never from elsewhere: the file is ours, of exactly the version of the script.
const module = ZXingWASM.prepareZXingModule({
  overrides: { locateFile: () => "/static/vendor/zxing-reader-3.1.4.wasm" },
  fireImmediately: true,
});
module.then(() => postMessage({ ready: true }), (error) => postMessage({ broken: String(error) }));

onmessage = async ({ data: { number, image } }) => {
  try {
    const found = await ZXingWASM.readBarcodes(image, OPTIONS);
    postMessage({ number, readings: found.filter((one) => one.isValid).map(reading) });
  } catch (error) {
    postMessage({ number, failed: String(error) });
  }
};

const CONTENTS = { GS1: "gs1", Text: "text", ISO15434: "iso15434", Binary: "binary", Mixed: "mixed", UnknownECI: "unknown_eci" };

function reading({ format, symbology, symbologyIdentifier, text, bytes, contentType, position, extra }) {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const how = { stage: "live", hex, unused_error_correction: unused(extra) };
  const content = CONTENTS[contentType] ?? "";
  return { format, symbology, identifier: symbologyIdentifier, text, content, engine: "zxing-wasm", how, position };
}

/** IMG-15: how much error correction is left, 0 to 1; a worn printer head shows here first. */
function unused(extra) {
  try {
    return JSON.parse(extra || "{}").UEC ?? null;
  } catch {
    return null;
  }
}
