// Makes calls through Alibaba Cloud's clients for Node, one after the other, and says how each ended.
// stdin: {client, key, secret, endpoint, config, calls: [[action, parameters], …]}; stdout: [{status, code, message, body}, …]
const fs = require("fs");

const order = JSON.parse(fs.readFileSync(0, "utf8"));
const lower = (text) => text[0].toLowerCase() + text.slice(1);

// Parameters by their wire names become the model that users of the client would write.
function modelled(kind, told) {
  if (Array.isArray(told)) return told.map((each) => modelled(kind && kind.itemType, each));
  if (told === null || typeof told !== "object" || !kind || !kind.names) return told;
  const given = {};
  for (const [name, wire] of Object.entries(kind.names())) {
    if (wire in told) given[name] = modelled(kind.types()[name], told[wire]);
  }
  return new kind(given);
}

function cms() {
  const product = require("@alicloud/cms20190101");
  const { Config } = require("@alicloud/openapi-core").$OpenApiUtil;
  const client = new product.default(new Config({
    accessKeyId: order.key, accessKeySecret: order.secret, endpoint: order.endpoint, protocol: "http", ...order.config,
  }));
  return async (action, told) => {
    const kind = product[`${action}Request`];
    const answer = kind ? await client[lower(action)](modelled(kind, told)) : await client[lower(action)]();
    return { status: answer.statusCode, body: answer.body.toMap() };
  };
}

function kms() {
  const product = require("@alicloud/kms20160120");
  const { Config } = require("@alicloud/rpc-client");
  const { toMap } = require("@alicloud/tea-typescript");
  const client = new product.default(new Config({
    accessKeyId: order.key, accessKeySecret: order.secret, endpoint: order.endpoint, protocol: "http",
    regionId: "cn-hangzhou", type: "access_key", ...order.config,
  }));
  return async (action, told) => ({
    status: 200, body: toMap(await client[lower(action)](modelled(product[`${action}Request`], told))),
  });
}

function core() {
  const Client = require("@alicloud/pop-core");
  const { version, ...options } = order.config;
  const client = new Client({
    accessKeyId: order.key, accessKeySecret: order.secret, endpoint: `http://${order.endpoint}`, apiVersion: version,
  });
  return async (action, told) => ({ status: 200, body: await client.request(action, told, { method: "POST", ...options }) });
}

(async () => {
  const call = { cms, kms, core }[order.client]();
  const ends = [];
  for (const [action, told] of order.calls) {
    try {
      ends.push(await call(action, told));
    } catch (error) {
      const data = error.data || {};
      ends.push({ status: error.statusCode || data.HttpStatus, code: data.Code || error.code, message: error.message });
    }
  }
  process.stdout.write(JSON.stringify(ends));
})();
