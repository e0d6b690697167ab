// Ties the page together: asks for news, hands them to the chat and the drawer.
import { get } from "./api.js";
import { Chat, clockTime } from "./chat.js";
import { Composer } from "./composer.js";
import { Controls } from "./controls.js";
import { People } from "./people.js";

const VISIBLE_MS = 400;
const HIDDEN_MS = 2000;
const byId = (id) => document.getElementById(id);

let key = null;
let version = 0;
let epoch = null;
let timer = null;
let isAsking = false;

const chatPath = () => `/chats/${encodeURIComponent(key)}`;
const composer = new Composer(chatPath, refresh);
const chat = new Chat({
  tap: (message, replyId) => composer.tap(message, replyId),
  openList: (message) => composer.openList(message),
  openMenu: (message, handle) => composer.openMenu(message, handle),
});
const controls = new Controls(chatPath, refresh);
const people = new People(become);

function become(chosen) {
  key = chosen;
  version = 0;
  epoch = null;
  controls.resetLog();
  for (const panel of document.querySelectorAll(".panel")) panel.classList.remove("is-open");
  refresh();
}

async function refresh() {
  clearTimeout(timer);
  if (isAsking || key === null) return schedule();
  isAsking = true;
  const asked = key;
  try {
    const news = await get(`${chatPath()}?after=${version}&epoch=${epoch ?? ""}`);
    if (asked === key) show(news);
    await controls.refreshLog();
  } catch {
    presence("offline");
  } finally {
    isAsking = false;
    schedule();
  }
}

function schedule() {
  clearTimeout(timer);
  timer = setTimeout(refresh, document.hidden ? HIDDEN_MS : VISIBLE_MS);
}

function show(news) {
  // another epoch: the service started anew and remembers nothing of what we show
  if (news.epoch !== epoch) chat.clear();
  ({ epoch, version } = news);
  chat.show(news);
  controls.show(news);
  presence(news.is_typing ? "typing" : "online");
  byId("phone-time").textContent = clockTime(news.clock.now);
  byId("whoami").textContent = news.person.name;
  byId("window-closed").hidden = news.person.window_is_open || chat.messages.size === 0;
}

function presence(state) {
  byId("presence").textContent = byId("presence").dataset[state];
}

function togglePanel(panel, isOpen) {
  panel.classList.toggle("is-open", isOpen);
  byId("open-controls").setAttribute("aria-expanded", String(byId("controls").classList.contains("is-open")));
}

byId("open-people").addEventListener("click", () => togglePanel(byId("people"), true));
byId("open-controls").addEventListener("click", () => {
  togglePanel(byId("controls"), !byId("controls").classList.contains("is-open"));
});
for (const button of document.querySelectorAll("[data-close-panel]")) {
  button.addEventListener("click", () => togglePanel(button.closest(".panel"), false));
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const panel of document.querySelectorAll(".panel")) togglePanel(panel, false);
});
document.addEventListener("visibilitychange", refresh);
people.start();
