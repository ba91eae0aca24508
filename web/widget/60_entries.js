// What stands in the conversation: the reader's words, the adviser's replies, and problems.

/** The reader's own words. */
function userEntry(entry, strings) {
  return el("div", { class: "entry user" },
    el("p", { class: "bubble" }, hidden(`${strings.say("you_said")} `), entry.title));
}

/**
 * All replies of one turn as one element, so that adding it is announced once. `does` is
 * `{press(button), openSource(citation, opener)}`.
 */
function adviserEntry(entry, strings, does) {
  const replies = entry.replies.map(tidyReply).filter(hasSomething);
  const shown = replies.length ? replies : [tidyReply({ status: "failed", text: strings.say("empty_reply") })];
  return el("div", { class: "entry adviser" },
    entry.forgotten ? el("p", { class: "forgotten" }, strings.say("forgotten")) : null,
    hidden(strings.say("adviser_said")),
    ...shown.map((reply) => replyElement(reply, strings, does)));
}

/** Something stood in the way of an answer: says what, and offers to try again where that can help. */
function problemEntry(entry, strings, retry) {
  const words = entry.detail || strings.say(entry.reason);
  return el("div", { class: "entry adviser" },
    el("div", { class: "reply status-failed" },
      statusLine("failed", strings.say("problem")),
      el("p", {}, words),
      entry.retry ? el("button", { type: "button", class: "chip", on: { click: retry } }, strings.say("retry")) : null));
}

/** A reply with every part present and of the right shape, whatever came over the wire. */
function tidyReply(reply) {
  const raw = reply ?? {};
  return {
    status: String(raw.status ?? "answered"),
    text: typeof raw.text === "string" ? raw.text : "",
    language: typeof raw.language === "string" && raw.language ? raw.language : null,
    citations: records(raw.citations),
    buttons: records(raw.buttons),
    next_actions: records(raw.next_actions),
    nearest: records(raw.data?.nearest),
  };
}

function records(value) {
  return Array.isArray(value) ? value.filter((item) => item && typeof item === "object") : [];
}

function hasSomething(reply) {
  return reply.text.trim() !== "" || reply.next_actions.length > 0 || reply.buttons.length > 0;
}

function replyElement(reply, strings, does) {
  const context = { strings, citation: (number) => citationMark(number, reply, strings, does) };
  return el("div", { class: `reply status-${safeClass(reply.status)}` },
    reply.status in STATUS_ICONS ? statusLine(reply.status, strings.say(reply.status)) : null,
    el("div", { class: "words", lang: reply.language }, ...markdownNodes(reply.text, context)),
    nextActions(reply, strings, context),
    sourceList("sources", reply.citations, strings, does),
    sourceList("nearest", reply.nearest, strings, does),
    quickReplies(reply, strings, does));
}

function safeClass(name) {
  return name.replace(/[^a-z_]/g, "");
}
