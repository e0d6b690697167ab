// What the person does: write, attach, tap, pick from a list, react, quote.
import { post, postFile, Refused, words } from "./api.js";
import { summary } from "./contents.js";

const byId = (id) => document.getElementById(id);
const samples = document.body.dataset.samples;

export class Composer {
  constructor(chatPath, onSent) {
    this.chatPath = chatPath;
    this.onSent = onSent;
    this.quoted = null;
    this.text = byId("text");
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.sendText(); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.sendText(); }
    });
    byId("stop-quoting").addEventListener("click", () => this.quote(null));
    byId("chips").addEventListener("click", (event) => {
      const phrase = event.target.closest("button")?.textContent;
      if (phrase) this.say(phrase);
    });
    this.setUpPopups();
    this.setUpAttachments();
    this.setUpMenu();
  }

  // -- messages

  sendText() {
    const text = this.text.value;
    if (!text.trim()) return;
    this.text.value = "";
    this.say(text);
  }

  say(text) {
    this.send({ type: "TEXT", text });
  }

  send(message) {
    return this.attempt(() => post(`${this.chatPath()}/messages`, this.withQuote(message)));
  }

  sendFile(file, type) {
    return this.attempt(() => postFile(`${this.chatPath()}/files`, this.withQuote({ file, type })));
  }

  tap(message, replyId) {
    return this.attempt(() => post(`${this.chatPath()}/taps`, { message_id: message.id, reply_id: replyId }));
  }

  async attempt(sending) {
    this.closePopups();
    const refusal = byId("refusal");
    try {
      await sending();
      refusal.hidden = true;
      this.quote(null);
    } catch (error) {
      refusal.textContent = `${refusal.dataset.text} ${error instanceof Refused ? error.message : ""}`;
      refusal.hidden = false;
    }
    this.onSent();
  }

  // -- quoting and reactions

  withQuote(fields) {
    return this.quoted ? { ...fields, quoted_id: this.quoted.id } : fields;
  }

  quote(message) {
    this.quoted = message;
    byId("quoting").hidden = !message;
    if (!message) return;
    byId("quoting-who").textContent = message.from_person ? words.own : words.theirs;
    byId("quoting-text").textContent = summary(message);
    this.text.focus();
  }

  react(message, emoji) {
    const action = emoji ? { action: "ADDED", emoji } : { action: "REMOVED" };
    const reaction = { type: "REACTION", context: { id: message.id }, ...action };
    this.attempt(() => post(`${this.chatPath()}/messages`, reaction));
  }

  setUpMenu() {
    this.menu = byId("bubble-menu");
    for (const button of this.menu.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        const message = this.menuMessage;
        this.closePopups();
        if (button.dataset.act === "quote") this.quote(message);
        else this.react(message, button.dataset.emoji);
      });
    }
  }

  openMenu(message, handle) {
    this.closePopups();
    this.menuMessage = message;
    this.menu.hidden = false;
    const phone = byId("phone").getBoundingClientRect();
    const at = handle.getBoundingClientRect();
    const top = Math.min(at.bottom - phone.top, phone.height - this.menu.offsetHeight - 90);
    const furthest = phone.width - this.menu.offsetWidth - 28;
    const left = Math.min(Math.max(at.right - phone.left - this.menu.offsetWidth, 8), furthest);
    this.menu.style.setProperty("top", `${top}px`);
    this.menu.style.setProperty("left", `${left}px`);
    this.menu.querySelector("button").focus();
  }

  // -- lists

  openList(message) {
    const sheet = byId("list-sheet");
    const form = sheet.querySelector("form");
    const submit = form.querySelector("[type=submit]");
    const opener = document.activeElement;
    byId("list-title").textContent = message.content.action.title;
    byId("list-rows").replaceChildren(...message.content.action.sections.flatMap(sectionNodes));
    submit.disabled = true;
    const setOpen = (isOpen) => {
      sheet.hidden = !isOpen;
      for (const part of document.querySelectorAll("[data-under-sheet]")) part.inert = isOpen;
    };
    const close = () => { setOpen(false); opener?.focus(); };
    form.onchange = () => { submit.disabled = false; };
    form.onsubmit = (event) => {
      event.preventDefault();
      close();
      this.tap(message, new FormData(form).get("row"));
    };
    form.onkeydown = (event) => { if (event.key === "Escape") close(); };
    sheet.onclick = (event) => { if (event.target === sheet) close(); };
    form.querySelector("[data-close]").onclick = close;
    setOpen(true);
    form.querySelector("input").focus();
  }

  // -- attachments and emoji

  setUpAttachments() {
    for (const input of document.querySelectorAll("#attach-menu input[type=file]")) {
      input.addEventListener("change", () => {
        for (const file of input.files) this.sendFile(file, input.dataset.type);
        input.value = "";
      });
      input.parentElement.addEventListener("keydown", (event) => { if (event.key === "Enter") input.click(); });
    }
    for (const button of document.querySelectorAll("#attach-menu [data-sample]")) {
      button.addEventListener("click", async () => {
        const answer = await fetch(samples + button.dataset.sample);
        const blob = await answer.blob();
        this.sendFile(new File([blob], button.dataset.sample, { type: blob.type }), button.dataset.type);
      });
    }
    for (const button of document.querySelectorAll("#attach-menu [data-message]")) {
      button.addEventListener("click", () => this.send(JSON.parse(button.dataset.message)));
    }
  }

  setUpPopups() {
    this.popups = [["toggle-emoji", "emoji-grid"], ["toggle-attach", "attach-menu"]].map((ids) => ids.map(byId));
    for (const [toggle, popup] of this.popups) {
      toggle.addEventListener("click", () => {
        const willOpen = popup.hidden;
        this.closePopups();
        popup.hidden = !willOpen;
        toggle.setAttribute("aria-expanded", String(willOpen));
      });
    }
    for (const button of document.querySelectorAll("[data-insert]")) {
      button.addEventListener("click", () => {
        this.text.setRangeText(button.dataset.insert, this.text.selectionStart, this.text.selectionEnd, "end");
        this.text.focus();
      });
    }
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closePopups(); });
    byId("chat").addEventListener("click", (event) => {
      if (!event.target.closest(".bubble-handle")) this.closePopups();
    });
  }

  closePopups() {
    for (const [toggle, popup] of this.popups) {
      popup.hidden = true;
      toggle.setAttribute("aria-expanded", "false");
    }
    byId("bubble-menu").hidden = true;
  }
}

function sectionNodes(section) {
  const title = document.createElement("h3");
  title.textContent = section.title ?? "";
  const rows = section.rows.map((row) => {
    const label = document.createElement("label");
    const text = document.createElement("span");
    const name = document.createElement("b");
    const about = document.createElement("small");
    const radio = document.createElement("input");
    name.textContent = row.title;
    about.textContent = row.description ?? "";
    Object.assign(radio, { type: "radio", name: "row", value: row.id });
    text.append(name, about);
    label.append(text, radio);
    return label;
  });
  return section.title ? [title, ...rows] : rows;
}
