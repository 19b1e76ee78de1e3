// A host of CashCode validators by other people (cashcode-bv), told to start one up, to stack the
// first note and to give the second one back. What it understood goes out as a line of JSON each.
"use strict";

const { CCNet } = require("cashcode-bv");

const device = new CCNet.BillValidator(process.argv[2]);
const say = (what, told) => console.log(JSON.stringify({ what, told }));
let notes = 0;

for (const what of ["stacked", "returned", "idling", "cassette-full"]) {
  device.on(what, (bill) => say(what, bill === undefined ? null : bill.amount));
}
device.on("escrow", (bill) => {
  say("escrow", bill.amount);
  notes += 1;
  (notes === 1 ? device.stack() : device.retrieve()).catch((error) => say("error", String(error)));
});

async function start() {
  await device.connect();
  say("info", device.info);
  say("bills", device.billTable.filter((bill) => bill.amount).map((b) => [b.amount, b.code]));
  await device.waitStatus("19", 3000);
  await device.begin();
}

start().catch((error) => say("error", String(error)));
