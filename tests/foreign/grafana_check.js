// What Grafana's published types say of a dashboard: a line of JSON with each fault, and how many panels were held against them.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const Ajv = require("ajv");
const { createGenerator } = require("ts-json-schema-generator");

const generator = createGenerator({
  path: path.join(__dirname, "grafana_types.ts"),
  type: "Parts",
  skipTypeCheck: true, // of the package, not of the dashboard
  expose: "none", // several of its types have the same name
});
const parts = generator.createSchema("Parts").definitions.Parts.properties;
const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
const judges = Object.fromEntries(Object.entries(parts).map(([name, schema]) => [name, ajv.compile(schema)]));

const faults = [];
function hold(kind, what, where) {
  const judge = judges[kind];
  if (!judge) faults.push(`${where}: no such panel: ${kind}`);
  else if (!judge(what)) faults.push(...judge.errors.map((each) => `${where}${each.instancePath}: ${each.message}`));
}

const dashboard = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
hold("dashboard", dashboard, "");
for (const panel of dashboard.panels) {
  hold("panel", panel, panel.title);
  hold(panel.type, panel.options, `${panel.title}/options`);
  const custom = panel.fieldConfig.defaults.custom;
  if (custom) hold(`${panel.type}Field`, custom, `${panel.title}/fieldConfig/defaults/custom`);
}
console.log(JSON.stringify({ what: "faults", told: { faults, panels: dashboard.panels.length } }));
