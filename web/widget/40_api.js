// The adviser over HTTP. What can go wrong is a value here: `{ok: false, reason, detail}`, never an exception.

const REASONS_TO_RETRY = new Set(["network", "timeout", "refused", "garbled", "interrupted"]);
const NEVER_RETRY = new Set([400, 413, 415, 422]);

/**
 * Return the calls the widget makes. `base` is the address the script came from, `deadline` how long in
 * milliseconds a turn may take. Results are `{ok: true, body}` or
 * `{ok: false, reason: "network" | "timeout" | "refused" | "garbled", status, detail, retry}`.
 */
function createApi(base, deadline) {
  const at = (path) => new URL(path, base).href;
  return {
    chat: (turn, cancelled) => answerWithin(deadline, cancelled, (signal) => chatTurn(at("api/chat"), turn, signal)),
    passage: (id) => answerWithin(deadline, null, (signal) => fetchJson(at(`api/passages/${encodeURIComponent(id)}`), { signal })),
  };
}

async function answerWithin(deadline, cancelled, call) {
  const signals = [AbortSignal.timeout(deadline), ...(cancelled ? [cancelled] : [])];
  try {
    return await call(AbortSignal.any(signals));
  } catch (fault) {
    // Only fetch itself throws here: no connection, or one of the signals above.
    return failure(fault.name === "TimeoutError" ? "timeout" : "network");
  }
}

/** One turn. A conversation the server no longer knows is begun anew, once, and the result says so. */
async function chatTurn(address, turn, signal) {
  const result = await postTurn(address, turn, signal);
  if (result.status !== 404 || !turn.conversation) return result;
  const { conversation: _, ...fresh } = turn;
  return { ...(await postTurn(address, fresh, signal)), forgotten: true };
}

async function postTurn(address, turn, signal) {
  const result = await fetchJson(address, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(turn), signal });
  if (result.ok && !Array.isArray(result.body?.replies)) return failure("garbled");
  return result;
}

async function fetchJson(address, options) {
  const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", ...options });
  const body = await jsonOf(response);
  if (!response.ok) return failure("refused", response.status, body?.detail);
  return body === undefined ? failure("garbled") : { ok: true, status: response.status, body };
}

/** The body as JSON; undefined when it is something else, such as a proxy's error page. */
async function jsonOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failure(reason, status = 0, detail = null) {
  const words = typeof detail === "string" && detail ? detail : null;
  return { ok: false, reason, status, detail: words, retry: REASONS_TO_RETRY.has(reason) && !NEVER_RETRY.has(status) };
}
