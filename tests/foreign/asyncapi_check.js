// What AsyncAPI's own parser says of a document: a line of JSON with its diagnostics.
"use strict";

const fs = require("node:fs");
const { Parser } = require("@asyncapi/parser");

const ERROR = 0; // of @stoplight/types: error, warning, information, hint

new Parser().parse(fs.readFileSync(process.argv[2], "utf8")).then(({ document, diagnostics }) => {
  const told = diagnostics.map(({ severity, code, message, path }) => ({
    isError: severity === ERROR,
    code,
    message,
    path: path.join("/"),
  }));
  const operations = document
    ? document
        .operations()
        .all()
        .map((each) => each.id())
    : [];
  console.log(JSON.stringify({ what: "diagnostics", told: { diagnostics: told, operations } }));
});
