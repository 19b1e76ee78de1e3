// A host of ITL validators by other people (encrypted-smiley-secure-protocol), told to start one up,
// to let the first note in and to give the second one back. With a fixed key as second argument the
// wire is sealed (eSSP). What it understood goes out as a line of JSON each.
"use strict";

const crypto = require("crypto");

// It takes its 16-bit primes from Diffie-Hellman parameters, which OpenSSL 3 makes no more so small.
crypto.createDiffieHellman = (bits) => ({ getPrime: () => Buffer.from(crypto.generatePrimeSync(bits)) });

const SSP = require("encrypted-smiley-secure-protocol");

const [, , path, fixedKey] = process.argv;
const host = new SSP({ id: 0, timeout: 1000, fixedKey });
const say = (what, told) => console.log(JSON.stringify({ what, told: told === undefined ? null : told }));
let notes = 0;

for (const what of ["CREDIT_NOTE", "NOTE_STACKED", "NOTE_REJECTED", "STACKER_FULL"]) {
  host.on(what, (info) => say(what, info.channel));
}
host.on("READ_NOTE", (info) => {
  if (info.channel === 0) {
    return;
  }
  say("READ_NOTE", info.channel);
  notes += 1;
  if (notes === 2) {
    host.command("REJECT_BANKNOTE").then((answer) => say("told to reject", answer.status));
  }
});

async function must(command, args) {
  const answer = await host.command(command, args);
  if (answer.status !== "OK") {
    throw new Error(`${command}: ${JSON.stringify(answer)}`);
  }
  return answer.info;
}

async function start() {
  await host.open(path);
  await must("SYNC");
  if (fixedKey) {
    await host.initEncryption();
  }
  await must("HOST_PROTOCOL_VERSION", { version: 6 });
  say("serial", (await must("GET_SERIAL_NUMBER")).serial_number);
  const setup = await must("SETUP_REQUEST");
  say("setup", { country: setup.country_code, values: setup.channel_value, expanded: setup.expanded_channel_value });
  await must("SET_CHANNEL_INHIBITS", { channels: [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
  await host.enable();
  say("enabled");
}

start().catch((error) => say("error", String(error)));
