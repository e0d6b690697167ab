// The wall of bubbles: what is new is added or replaced, what is old stays.
import { clone, timeZone, words } from "./api.js";
import { contentNodes, hasActions, summary } from "./contents.js";

const TICKS = {
  sending: "t-clock",
  accepted: "t-one",
  delivered: "t-two",
  read: "t-two is-blue",
  seen: "t-two is-blue",
  failed: "t-failed is-bad",
};
const DAY_MS = 86_400_000;
const INLINE = ".text, .footnote, .odd, .headline";
const NEAR_END_PX = 120;

export class Chat {
  constructor(act) {
    this.act = act;
    this.wall = document.getElementById("chat");
    this.list = document.getElementById("messages");
    this.typing = document.getElementById("typing");
    this.messages = new Map();
    this.isPinned = true;
    this.lastTop = 0;
    this.wall.addEventListener("scroll", () => this.notice());
    // pictures and players grow after they are added
    new ResizeObserver(() => { if (this.isPinned) this.scrollToEnd(); }).observe(this.list);
  }

  clear() {
    this.messages.clear();
    this.list.replaceChildren();
    this.isPinned = true;
  }

  show(news) {
    const wasPinned = this.isPinned;
    const before = this.messages.size;
    for (const message of news.messages) this.upsert(message, news.clock.now);
    const isLonger = this.messages.size > before || this.typing.hidden === news.is_typing;
    this.typing.hidden = !news.is_typing;
    if (isLonger && (wasPinned || news.messages.at(-1)?.from_person)) this.scrollToEnd();
  }

  // only a person scrolls up; everything else leaves the end pinned
  notice() {
    const { scrollTop, scrollHeight, clientHeight } = this.wall;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.isPinned = true;
    else if (scrollTop < this.lastTop) this.isPinned = false;
    this.lastTop = scrollTop;
  }

  scrollToEnd() {
    this.wall.scrollTop = this.wall.scrollHeight;
  }

  upsert(message, now) {
    const shown = this.messages.get(message.id);
    if (shown) {
      // only ticks, failure and reaction change after a message is shown
      this.decorate(shown.bubble, message);
      shown.message = message;
      return;
    }
    const last = [...this.messages.values()].at(-1)?.message;
    const day = dayName(message.at, now);
    if (!last || dayName(last.at, now) !== day) this.list.append(dayChip(day));
    const bubble = this.build(message);
    const isNext = last?.from_person === message.from_person && dayName(last.at, now) === day;
    bubble.classList.toggle("is-next", Boolean(isNext));
    this.list.append(bubble);
    this.messages.set(message.id, { message, bubble });
  }

  build(message) {
    const bubble = clone("bubble-template");
    bubble.classList.add(message.from_person ? "mine" : "theirs");
    bubble.classList.toggle("with-actions", hasActions(message));
    bubble.classList.toggle("bare", message.kind.toLowerCase() === "sticker" && Boolean(message.file));
    bubble.dataset.id = message.id;
    bubble.dataset.kind = message.kind;
    const content = contentNodes(message, this.act);
    const actions = content.at(-1)?.classList.contains("actions") ? content.pop() : null;
    bubble.querySelector(".content").append(...content);
    bubble.querySelector(".main").classList.toggle("is-inline", Boolean(content.at(-1)?.matches(INLINE)));
    if (actions) bubble.append(actions);
    const time = bubble.querySelector("time");
    time.dateTime = message.at;
    time.textContent = clockTime(message.at);
    const handle = bubble.querySelector(".bubble-handle");
    handle.addEventListener("click", () => this.act.openMenu(message, handle));
    this.quote(bubble, message);
    this.decorate(bubble, message);
    return bubble;
  }

  quote(bubble, message) {
    const quoted = this.messages.get(message.quoted_id ?? message.content.context?.id);
    if (!quoted) return;
    const box = bubble.querySelector(".quote");
    box.hidden = false;
    box.querySelector("b").textContent = quoted.message.from_person ? words.own : words.theirs;
    box.querySelector("span").textContent = summary(quoted.message);
    box.addEventListener("click", () => {
      quoted.bubble.scrollIntoView({ block: "center", behavior: "smooth" });
      quoted.bubble.classList.remove("is-shown");
      requestAnimationFrame(() => quoted.bubble.classList.add("is-shown"));
    });
  }

  decorate(bubble, message) {
    const ticks = bubble.querySelector(".ticks");
    const [mark, color = ""] = TICKS[message.state].split(" ");
    ticks.firstElementChild.setAttribute("href", `#${mark}`);
    ticks.setAttribute("class", `ticks ${color}`);
    ticks.setAttribute("aria-label", words[`state${message.state[0].toUpperCase()}${message.state.slice(1)}`]);
    bubble.dataset.state = message.state;
    bubble.classList.toggle("has-failed", message.state === "failed");
    const failure = bubble.querySelector(".failure");
    failure.hidden = message.state !== "failed";
    const reason = failure.querySelector("span");
    reason.textContent = message.from_person ? reason.dataset.own : `${reason.dataset.theirs} ${message.error}`;
    const reaction = bubble.querySelector(".reaction");
    reaction.hidden = !message.reaction;
    reaction.textContent = message.reaction ?? "";
    bubble.classList.toggle("has-reaction", Boolean(message.reaction));
  }
}

export function clockTime(instant) {
  return new Date(instant).toLocaleTimeString("es", { hour: "2-digit", minute: "2-digit", timeZone });
}

function dayName(instant, now) {
  const day = dayOf(instant);
  if (day === dayOf(now)) return words.today;
  if (day === dayOf(Date.parse(now) - DAY_MS)) return words.yesterday;
  return day;
}

function dayOf(instant) {
  return new Date(instant).toLocaleDateString("es", { dateStyle: "long", timeZone });
}

function dayChip(name) {
  const chip = document.createElement("p");
  chip.className = "day";
  chip.textContent = name;
  return chip;
}
