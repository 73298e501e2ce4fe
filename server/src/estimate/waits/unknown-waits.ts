import { exactly, type Interval, interval } from "../../base/interval.js";
import { lastNameOf, receiverOf, wordsOfName } from "../../program/link/last-name.js";
import { isAwaitedAtOnce } from "../../program/link/threads/joined-at-once.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { exchangedIn } from "./loopback.js";

/** How long a call of which nothing is known waits, in nanoseconds, where something about it says that it does: no time where the file itself is the other side. */
export interface UnknownWait {
  readonly ns: Interval;
  /** What says so, for the list of assumptions. */
  readonly because: "as its name says" | "as its module says" | "as its time-out says" | "as it is awaited";
}

/**
 * The wait of a call of which nothing is known but that it looks like one that waits: by the terms that people use for what sends and receives, by the
 * library that it belongs to, by a limit for the time that it may take, or as a coroutine waits for it. Undefined where nothing says so.
 */
export function unknownWait(call: CallOperation, at: Activation, evaluator: Evaluator): UnknownWait | undefined {
  const name = lastNameOf(call.callee);
  // What is written in capitals makes an object.
  if (/^_*[A-Z]/.test(name)) return undefined;
  const words = wordsOfName(name);
  const limit = limitNs(call, at, evaluator);
  const because = isAwaitedAtOnce(call, at.function) ? "as it is awaited" : limit ? "as its time-out says" : undefined;
  // What gets ready, asks or keeps books for something does not wait for it, whatever that is.
  const receiver = receiverOf(call);
  const isOfSettings = receiver !== undefined && wordsOfName(nameOfObject(receiver)).some((word) => settings.test(word));
  const isBeside =
    isOfSettings ||
    (beside.has(words[0] ?? "") && !isOrder(words, receiver)) ||
    setters.test(words[0] ?? "") ||
    words.some((word) => besideAnywhere.test(word) && !isWhatIsFetched(word, words));
  if (isBeside) return because && { ns: atMost(exchangeNs, limit), because };
  const isOfFile = receiver !== undefined && isMadeBy(receiver, at, evaluator, (made) => fileTypes.test(lastNameOf(made.callee)));
  const isAsked =
    because !== undefined && call.arguments.some(({ value }) => wordsOfName(lastNameOf(value)).some((word) => addresses.test(word)));
  const kind =
    (isAsked ? "request" : isOfFile ? undefined : kindByName(words, receiver)) ?? (isOfNetwork(call, at, evaluator) ? "module" : undefined);
  if (!kind) return because && { ns: atMost(exchangeNs, limit), because };
  const does = /^send/.test(words[0] ?? "") ? "sends" : "asks";
  const usual = kind === "exchange" ? exchangedIn(at.function.file, does, exchangeNs) : requestNs;
  const ns = usual ? atMost(usual, limit) : exactly(0);
  return { ns, because: kind === "module" ? "as its module says" : "as its name says" };
}

/** Whether the object stands for a server and is told what to do with what the server has: `client.stop_instances(…)`, `api.create_issue(…)`. */
function isOrder([verb = "", ...what]: readonly string[], receiver: Value | undefined): boolean {
  const of = receiver ? wordsOfName(nameOfObject(receiver)) : [];
  return what.length > 0 && servers.has(of[of.length - 1] ?? "") && orders.has(verb);
}

/** Whether the name of a call of which nothing is known says that it only asks, notes or changes something small, so that it is not what takes a task its time. */
export function keepsBooks({ callee }: CallOperation): boolean {
  const name = lastNameOf(callee);
  return /^_*[A-Z]/.test(name) || bookkeeping.has(wordsOfName(name)[0] ?? "");
}

/** Whether the name of a call of which nothing is known is one that people give to what computes. */
export function soundsLikeComputing({ callee }: CallOperation): boolean {
  return wordsOfName(lastNameOf(callee)).some((word) => computing.test(word));
}

function kindByName(words: readonly string[], receiver: Value | undefined): "request" | "exchange" | undefined {
  const of = receiver ? wordsOfName(nameOfObject(receiver)) : [];
  const last = of[of.length - 1] ?? "";
  const [verb = ""] = words;
  // `get_request()` gives the one that has come in.
  const isAccessor = verb === "get" && /^requests?$/.test(words[words.length - 1] ?? "");
  if ((!isAccessor && words.some((word) => requestWords.has(word))) || requesters.has(last)) return "request";
  if (last === "session") return sessionVerbs.has(verb) ? "request" : undefined;
  if (words.some((word) => exchangeWords.has(word))) return "exchange";
  if (connections.has(last)) return databaseVerbs.has(verb) || deviceVerbs.has(verb) ? "exchange" : undefined;
  return devices.has(last) && deviceVerbs.has(verb) ? "exchange" : undefined;
}

/** An answer of a server: some milliseconds nearby, mostly tens of them, seconds where it is slow. */
const requestNs = interval(1_000_000, 50_000_000, 5_000_000_000);

/** A message, a statement or a reading: from a program of the same machine, a device or a database. */
const exchangeNs = interval(20_000, 2_000_000, 1_000_000_000);

const requestWords = new Set("request requests http https fetch download upload urlopen ssh scp sftp ftp crawl scrape rpc".split(" "));
const exchangeWords = new Set(
  "send sendall sendto sendmsg recv recvfrom recvmsg receive publish subscribe poll ping connect reconnect query wait sleep".split(" "),
);
/** Objects that stand for a server: what they are asked, they ask it. */
const requesters = new Set("client requests http https api ssh sftp ftp scp smtp imap s3 rpc redis".split(" "));
/** Those of them whose methods are the server's. */
const servers = new Set("client api".split(" "));
const orders = new Set("create start stop cancel restore remove copy".split(" "));
/** Of HTTP, and of databases. */
const sessionVerbs = new Set(
  "get post put patch delete head request send call run open execute commit flush refresh query merge rollback".split(" "),
);
const connections = new Set(
  "socket sock conn connection cursor db database engine serial websocket ws broker mqtt stream pipe response resp".split(" "),
);
const databaseVerbs = new Set(
  "query execute executemany commit rollback fetchone fetchall fetchmany insert update delete find select save load get put request call accept".split(
    " ",
  ),
);
const devices = new Set(
  "device dev port sensor bus i2c spi uart gpio instrument inst scope camera cam motor stage plc modbus printer".split(" "),
);
const deviceVerbs = new Set("read write ask capture grab measure move acquire trigger command".split(" "));

/** A first word that says what is done before, after or instead of the exchange itself. */
const beside = new Set(
  (
    "is has can should on to from as set add make build create new init register unregister format parse encode decode convert prepare validate check log debug info " +
    "warning error exception append extend remove pop clear copy sort filter sign hash count mark close closed cancel stop start handle with in of use verify " +
    "extract unpack unzip untar compress decompress compute calculate render infer override restore unsubscribe"
  ).split(" "),
);
/** What is asked for them has been read before. */
const settings = /^(config|configuration|configs|conf|cfg|settings|options|opts|params|headers|environ)$/;
/** Parameters for whom to ask. */
const addresses = /^(url|urls|uri|href|endpoint)$/;
/** First words of what only asks, notes or changes something small. */
const bookkeeping = new Set(
  (
    "is has can should set add append extend remove discard pop clear copy log debug info warning warn error exception register unregister count mark " +
    "keys values items startswith endswith format join split strip lower upper"
  ).split(" "),
);
const computing =
  /^(comput|calculat|crunch|train|predict|simulat|optimi[sz]|solv|evaluat|render|resiz|rotat|transform|convolv|filter|pars|tokeni[sz]|encod|decod|compress|decompress|encrypt|decrypt|hash|factor|scor|cluster|align|sort|integrat|interpolat)(e|es|ed|ing|er|or|ion|ions|s)?$/;
const besideAnywhere =
  /^(url|urls|path|name|id|header|headers|params?|config|options?|settings|status|count|callback|handler|size|length|type|key|paginator|waiter|presigned|timeout|auth|credentials|logger|middleware|hook|listener)$/;
/** Set what later waits hold to, or tell it, and wait for nothing: of libraries that write words together. */
const setters = /^[gs]et(default|sock|peer|time|block|opt)/;

/** `fetch_url`, `downloadURLs`: here the address is not what is asked for. */
function isWhatIsFetched(word: string, [verb = ""]: readonly string[]): boolean {
  return /^urls?$/.test(word) && /^(fetch|download|upload|crawl|scrape)$/.test(verb);
}

/** What stands for a file of this machine: `AlignmentFile`, `TableReader`. */
const fileTypes = /(File|Reader|Writer)$|^open$/;

/** The time that a call is given at most, ns; undefined where it has no limit. One whose length cannot be told is no longer than most that people set. */
function limitNs({ arguments: given }: CallOperation, at: Activation, evaluator: Evaluator): number | undefined {
  const limit = given.find(({ form, name }) => form === "keyword" && /^(timeout|timeout_s|timeout_ms|timeout_seconds)$/.test(name ?? ""));
  if (!limit || (limit.value.op === "constant" && limit.value.type === "none")) return undefined;
  const amount = evaluator.number(limit.value, at);
  const unit = limit.name === "timeout_ms" || isInMilliseconds(limit.value) ? 1e6 : 1e9;
  return amount && amount.high > 0 ? amount.high * unit : longestLimitNs;
}

/** `seconds * 1000` */
function isInMilliseconds(value: Value): boolean {
  return value.op === "compute" && value.operator === "*" && value.operands.some((each) => each.op === "constant" && each.value === 1000);
}

const longestLimitNs = 30e9;

function atMost({ low, likely, high }: Interval, limit: number | undefined): Interval {
  if (limit === undefined) return interval(low, likely, high);
  return interval(Math.min(low, limit), Math.min(likely, limit), limit);
}

/** Whether it is called in a library that is there for exchanges with others, or on an object that such a library made. */
function isOfNetwork(call: CallOperation, at: Activation, evaluator: Evaluator): boolean {
  const isOne = (names: readonly string[]): boolean =>
    names.some((name) => networkLibrary.test(name) && (!statementLibrary.test(name) || statementsAreSent.test(lastNameOf(call.callee))));
  if (isOne(evaluator.externalNames(call, at))) return true;
  const receiver = receiverOf(call);
  return receiver !== undefined && isMadeBy(receiver, at, evaluator, (made, in_) => isOne(evaluator.externalNames(made, in_)));
}

/** Whether the call that made an object is such a one. */
function isMadeBy(object: Value, at: Activation, evaluator: Evaluator, isSuch: (made: CallOperation, at: Activation) => boolean): boolean {
  if (object.op === "call") return isSuch(object, at);
  const made = (value: Value, in_: Activation): true | undefined => {
    const call = value.op === "entered" ? value.context : value;
    return call.op === "call" && isSuch(call, in_) ? true : undefined;
  };
  return object.op === "read" && evaluator.followWhole(object, at, made) === true;
}

/** Most of what these libraries have builds statements, for others to send. */
const statementLibrary = /^(sqlalchemy|peewee)\./;
const statementsAreSent =
  /^(connect|begin|execute|exec|executemany|exec_driver_sql|scalars?|commit|flush|rollback|refresh|fetch(one|all|many)|create_all|drop_all)$/;

/** Modules of clients, drivers and protocols. */
const networkLibrary =
  /^(socket|ssl|ftplib|smtplib|imaplib|poplib|nntplib|telnetlib|xmlrpc\.client|http\.client|urllib\.request|requests|requests_\w+|httpx|aiohttp|urllib3|httplib2|treq|pycurl|tornado\.httpclient|websocket|websockets|socketio|boto3?|botocore|aioboto3|s3fs|gcsfs|minio|google\.cloud|googleapiclient|gspread|azure|paramiko|fabric|invoke|asyncssh|netmiko|pexpect|scp|psycopg2?|asyncpg|pg8000|pymysql|MySQLdb|mysql|aiomysql|pyodbc|cx_Oracle|oracledb|sqlalchemy|peewee|redis|aioredis|pymongo|motor|cassandra|elasticsearch|opensearchpy|influxdb|influxdb_client|neo4j|memcache|pymemcache|grpc|kafka|confluent_kafka|aiokafka|pika|aio_pika|kombu|stomp|nats|zmq|paho|aiomqtt|serial|serial_asyncio|usb|hid|smbus2?|spidev|can|pymodbus|pyvisa|bleak|bluetooth|ldap3?|dns|ping3|pysnmp|docker|kubernetes|consul|etcd3|slack_sdk|telegram|telebot|discord|tweepy|praw|twilio|stripe|openai|anthropic|selenium|playwright)\./;

function nameOfObject(value: Value): string {
  if (value.op === "call") return lastNameOf(value.callee);
  if (value.op === "await") return nameOfObject(value.value);
  if (value.op === "read" && value.place.kind === "element") return nameOfObject(value.place.object);
  return lastNameOf(value);
}
