// The control drawer: faults, this person, clock, replays, the wire log.
import { clone, get, post, remove, timeZone } from "./api.js";

const byId = (id) => document.getElementById(id);
const LOG_SHOWN = 200;

export class Controls {
  constructor(chatPath, refresh) {
    this.chatPath = chatPath;
    this.refresh = refresh;
    this.lastCall = 0;
    this.setUpFaults();
    this.setUpPerson();
    this.setUpClock();
    this.setUpReplays();
    byId("log-mine").addEventListener("change", () => this.resetLog());
  }

  // The news of the chat carry what the drawer shows of the person and of armed faults.
  show(news) {
    this.person = news.person;
    this.showClock(news.clock);
    for (const button of document.querySelectorAll("[data-fault]")) {
      const count = news.faults[button.dataset.fault] ?? 0;
      const badge = button.querySelector("b");
      button.classList.toggle("is-armed", count > 0);
      button.setAttribute("aria-pressed", String(count > 0));
      badge.hidden = count === 0;
      badge.textContent = count;
    }
    for (const box of document.querySelectorAll("[data-person]")) {
      if (box !== document.activeElement || !box.matches(":active")) box.checked = news.person[box.dataset.person];
    }
    const line = byId("address-line");
    line.textContent = `${line.dataset.text} ${news.person.address}`;
  }

  setUpFaults() {
    for (const button of document.querySelectorAll("[data-fault]")) {
      button.addEventListener("click", async () => {
        const isArmed = button.classList.contains("is-armed");
        await post("/faults", { fault: button.dataset.fault, times: isArmed ? 0 : Number(byId("fault-times").value) });
        this.refresh();
      });
    }
    byId("clear-faults").addEventListener("click", async () => { await remove("/faults"); this.refresh(); });
  }

  setUpPerson() {
    for (const box of document.querySelectorAll("[data-person]")) {
      box.addEventListener("change", async () => {
        await post(`${this.chatPath()}/person`, { [box.dataset.person]: box.checked });
        this.refresh();
      });
    }
    for (const button of document.querySelectorAll("[data-order]")) {
      button.addEventListener("click", async () => {
        await post(`${this.chatPath()}/${button.dataset.order}`);
        this.refresh();
      });
    }
  }

  setUpClock() {
    const move = async (order) => { await post("/clock", order); this.refresh(); };
    for (const button of document.querySelectorAll("[data-seconds]")) {
      const seconds = button.dataset.seconds;
      button.addEventListener("click", () => move(seconds === "reset" ? {} : { add_seconds: Number(seconds) }));
    }
    byId("clock-form").addEventListener("submit", (event) => {
      event.preventDefault();
      move({ to: byId("clock-to").value });
    });
  }

  showClock({ now, offset_seconds: seconds, is_movable: isMovable }) {
    const time = byId("clock-now");
    time.dateTime = now;
    time.textContent = new Date(now).toLocaleString("es", { dateStyle: "medium", timeStyle: "short", timeZone });
    const offset = byId("clock-offset");
    offset.textContent = seconds ? `${offset.dataset.ahead} ${Math.round(seconds / 36) / 100} h` : offset.dataset.real;
    for (const button of document.querySelectorAll("#clock-buttons button, #clock-form button")) {
      button.disabled = !isMovable;
    }
  }

  async setUpReplays() {
    const names = await get("/fixtures");
    byId("fixture").replaceChildren(...names.map((name) => new Option(name)));
    byId("replay-form").addEventListener("submit", async (event) => {
      event.preventDefault();
      await post(`${this.chatPath()}/replays`, { fixture: byId("fixture").value });
      this.refresh();
    });
  }

  // -- the wire log, only while it is open

  resetLog() {
    this.lastCall = 0;
    byId("log").replaceChildren();
  }

  async refreshLog() {
    if (!byId("log-section").open) return;
    const calls = await get(`/log?after=${this.lastCall}`);
    this.lastCall = calls.at(-1)?.number ?? this.lastCall;
    const list = byId("log");
    for (const call of calls) if (this.concerns(call)) list.prepend(logEntry(call));
    while (list.childElementCount > LOG_SHOWN) list.lastElementChild.remove();
  }

  concerns(call) {
    if (!byId("log-mine").checked || !this.person) return true;
    const text = JSON.stringify(call.body) + call.path;
    return [this.person.key, this.person.address].some((address) => text.includes(address));
  }
}

function logEntry(call) {
  const item = clone("log-template");
  const arrow = item.querySelector(".arrow");
  arrow.textContent = call.direction === "to_service" ? arrow.dataset.toService : arrow.dataset.toInfobip;
  item.querySelector("code").textContent = `${call.method} ${call.path}`;
  const status = item.querySelector("b");
  status.textContent = call.status ?? "✕";
  status.classList.toggle("is-bad", !call.status || call.status >= 400);
  item.querySelector("small").textContent = `${Math.round(call.milliseconds)} ms`;
  const [body, answer] = item.querySelectorAll("pre");
  body.textContent = JSON.stringify(call.body, null, 2);
  answer.textContent = typeof call.answer === "string" ? call.answer : JSON.stringify(call.answer, null, 2);
  answer.hidden = !call.answer;
  return item;
}
