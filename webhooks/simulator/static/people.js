// Whom this tab is: a demo person, any number, or a business-scoped id. The address says it.
import { clone, get } from "./api.js";

const byId = (id) => document.getElementById(id);
const PARAMETER = "yo";
const FALLBACK = "5491155550101";

export class People {
  constructor(onChoice) {
    this.onChoice = onChoice;
    this.people = [];
    byId("number-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = byId("number").value.trim();
      byId("number").value = "";
      this.choose(/^[A-Z]{2}\./.test(typed) ? typed : typed.replace(/\D/g, ""));
    });
    window.addEventListener("popstate", () => this.settle());
    this.setUpRegister();
  }

  async start() {
    await this.load();
    this.settle();
  }

  settle() {
    const asked = new URLSearchParams(location.search).get(PARAMETER);
    this.become(asked || this.people[0]?.key || FALLBACK);
  }

  choose(key) {
    history.pushState(null, "", `?${PARAMETER}=${encodeURIComponent(key)}`);
    this.become(key);
    this.load();
  }

  become(key) {
    this.key = key;
    this.draw();
    this.suggest();
    byId("chips").scrollLeft = 0;
    this.onChoice(key);
  }

  // what the note about the person puts between «these» is worth saying
  suggest() {
    const note = this.people.find((person) => person.key === this.key)?.note ?? "";
    byId("own-chips").replaceChildren(...[...note.matchAll(/«([^»]+)»/g)].map(([, phrase]) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = phrase;
      return chip;
    }));
  }

  async load() {
    this.people = await get("/people");
    this.draw();
  }

  draw() {
    byId("people-list").replaceChildren(...this.people.map((person) => {
      const item = clone("person-template");
      const link = item.querySelector("a");
      link.href = `?${PARAMETER}=${encodeURIComponent(person.key)}`;
      if (person.key === this.key) link.setAttribute("aria-current", "true");
      item.querySelector(".avatar").textContent = [...person.name.replace("+", "")][0];
      item.querySelector("b").textContent = person.name;
      item.querySelector("small").textContent = person.key;
      item.querySelector("em").textContent = link.title = person.note;
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        this.choose(person.key);
      });
      return item;
    }));
  }

  setUpRegister() {
    const apply = (register) => {
      for (const row of document.querySelectorAll("[data-register]")) row.hidden = row.dataset.register !== register;
    };
    for (const radio of document.querySelectorAll("[name=register]")) {
      radio.checked = radio.value === (sessionStorage.getItem("register") ?? "vos");
      if (radio.checked) apply(radio.value);
      radio.addEventListener("change", () => {
        sessionStorage.setItem("register", radio.value);
        apply(radio.value);
      });
    }
  }
}
