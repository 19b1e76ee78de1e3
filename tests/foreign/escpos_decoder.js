// A decoder of ESC/POS by other people (npos): the stream on standard input, taken apart. Each command
// that it found goes out as a line of JSON: its name, its bytes, and of a raster the rows of dots.
"use strict";

const fs = require("fs");
const Parser = require("npos/lib/parser");
const rules = require("npos/lib/parser/rules");
const { raster } = require("npos/lib/codecs");

const BLACK = 0;
const DLE = 0x10;

// Its rule for DLE DC4 8 has the digit "8" where the command has the number.
const parser = new Parser({ ...rules, [DLE]: { ...rules[DLE], "\x14\x08": 7 } });
const stream = fs.readFileSync(0);
const found = parser.analyze(stream);
if (found.error) {
  throw found.error;
}

function rows(picture) {
  const row = (y) => Array.from({ length: picture.width }, (_, x) => (picture.getPixel(x, y) === BLACK ? "1" : "0"));
  return Array.from({ length: picture.height }, (_, y) => row(y).join(""));
}

for (const { ascii, fn, offset, length } of found.tree) {
  const name = ascii + (fn || "");
  const bytes = stream.subarray(offset, offset + length).toString("hex");
  const dots = raster.commands.includes(name) ? rows(raster.decode(stream, [{ offset }])) : [];
  console.log(JSON.stringify({ name, bytes, dots }));
}
