// A server of the fleet in fifty lines, out of docs/fleet-asyncapi.yaml alone: addresses, schemas, and what is signed.
// It keeps what a kiosk sends, acknowledges what it has without a gap, and asks for one thing.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const Ajv = require("ajv/dist/2020");
const mqtt = require("mqtt");
const yaml = require("js-yaml");

const [file, port, ca, cert, key, kiosk, seed] = process.argv.slice(2);
const api = yaml.load(fs.readFileSync(file, "utf8"));
const say = (what, told) => console.log(JSON.stringify({ what, told }));

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: "api", ...api });
const named = (reference) => reference.split("/").at(-1);
const addressOf = (operation) =>
  api.channels[named(operation.channel.$ref)].address.replace("{kiosk}", kiosk);
const checkOf = (name) => ajv.getSchema(`api#/components/schemas/${name}`);

function messageOf(operation) {
  const [name] = Object.keys(api.channels[named(operation.channel.$ref)].messages);
  return { name, check: checkOf(name) };
}

const client = mqtt.connect({
  host: "localhost",
  port: Number(port),
  protocol: "mqtts",
  protocolVersion: 5,
  clientId: "server-in-javascript",
  ca: fs.readFileSync(ca),
  cert: fs.readFileSync(cert),
  key: fs.readFileSync(key),
});

function send(id, document) {
  const operation = api.operations[id];
  const { name, check } = messageOf(operation);
  if (!check(document)) say("invalid", { sent: name, errors: check.errors });
  const { qos, retain } = operation.bindings.mqtt;
  client.publish(addressOf(operation), JSON.stringify(document), { qos, retain });
}

function signed(id, body) {
  const operation = api.operations[id];
  const check = checkOf(named(operation["x-signed-body"].$ref));
  if (!check(body)) say("invalid", { sent: id, errors: check.errors });
  const text = JSON.stringify(body);
  const pkcs8 = Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.from(seed, "hex"),
  ]);
  const secret = crypto.createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const bytes = Buffer.concat([
    Buffer.from(operation["x-signed-purpose"]),
    Buffer.from([0]),
    Buffer.from(text),
  ]);
  const spki = crypto.createPublicKey(secret).export({ format: "der", type: "spki" });
  return {
    body: text,
    key: spki.subarray(-32).toString("hex"),
    signature: crypto.sign(null, bytes, secret).toString("base64"),
  };
}

const kept = { rows: new Set(), events: new Set() };

function keep(set, numbers) {
  numbers.forEach((number) => set.add(number));
  let last = 0;
  while (set.has(last + 1)) last += 1;
  return last;
}

let asked = false;

function ask() {
  const now = new Date();
  const expires = new Date(now.getTime() + 600000);
  const body = {
    id: crypto.randomUUID(),
    kiosk,
    verb: "self_test",
    issued: now.toISOString(),
    expires: expires.toISOString(),
    by: "node",
  };
  send("down_command", signed("down_command", body));
}

const hears = {
  up_journal({ chain, rows }) {
    const last = keep(
      kept.rows,
      rows.map((row) => row.seq),
    );
    send("down_ack", { chain, rows: last });
    say("rows", last);
  },
  up_event({ box, events }) {
    const last = keep(
      kept.events,
      events.map((event) => event.seq),
    );
    send("down_ack", { box, events: last });
    say("events", last);
  },
  up_reply(reply) {
    say("reply", reply);
  },
  up_state(state) {
    say("state", state);
    if (!asked) ask(); // a command waits for nobody: the kiosk must be there
    asked = true;
  },
};

const heard = {};
for (const [id, operation] of Object.entries(api.operations)) {
  if (operation.action === "send") heard[addressOf(operation)] = { id, ...messageOf(operation) };
}

client.on("connect", () =>
  client.subscribe(Object.keys(heard), { qos: 1 }, () => {
    say("listening", Object.keys(heard).length);
  }),
);
client.on("message", (topic, payload) => {
  const { id, name, check } = heard[topic];
  const document = JSON.parse(payload);
  if (!check(document)) say("invalid", { heard: name, errors: check.errors });
  else if (hears[id]) hears[id](document);
});
client.on("error", (error) => say("error", String(error)));
