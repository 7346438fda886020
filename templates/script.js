// The switches of the page and the table of its files. Whatever comes from the audit is put into the
// page as text, never as markup.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const by = (id) => document.getElementById(id);
  const data = JSON.parse(by("data").textContent);
  const lang = () => (root.lang === "zh" ? "zh" : "en");
  const say = (name) => data.texts[lang()][name];
  const fill = (text, args) => text.replace(/\{(\d)\}/g, (_, i) => args[i]);
  const number = new Intl.NumberFormat("en-US");
  const size = (n) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let at = 0;
    while (n >= 1024 && at < units.length - 1) { n /= 1024; at += 1; }
    return (at === 0 || n >= 100 ? Math.floor(n) : (Math.floor(n * 10) / 10).toFixed(1)) + " " + units[at];
  };

  // Language, light or dark, print.
  const shown = [];
  const setLang = (id) => {
    root.lang = id;
    for (const button of document.querySelectorAll("[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === id));
    }
    for (const show of shown) show();
  };
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => setLang(button.dataset.lang));
  }
  by("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  by("print").addEventListener("click", () => print());

  // A law that is named by a link opens; what is folded is printed all the same. Names of places are ASCII,
  // so whatever else stands there names none.
  const open = () => {
    const target = location.hash.length > 1 && by(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", open);
  open();
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });

  // Deadlines in hours from the time of knowledge.
  const known = by("known");
  const deadlines = () => {
    const from = known.value ? new Date(known.value) : null;
    for (const due of document.querySelectorAll(".due")) {
      due.hidden = !from;
      if (!from) continue;
      const at = new Date(from.getTime() + Number(due.dataset.hours) * 3600000);
      due.querySelector("time").textContent = at.toLocaleString(lang() === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
    }
  };
  if (known) {
    known.addEventListener("input", deadlines);
    shown.push(deadlines);
  }

  // The table.
  const table = by("table");
  if (table) {
    const PAGE = 50;
    const [FOLDER, NAME, FORMAT, , BYTES, , ROWS, MATCHES, COPY, CATEGORIES, KINDS, PERSONS] = data.files.length ? data.files[0].keys() : [];
    const pathOf = (file) => data.folders[file[FOLDER]] + file[NAME];
    const has = (pairs, at) => { for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === at) return true; return false; };
    const body = table.tBodies[0];
    const controls = ["path", "category", "kind", "format", "found"].map((name) => by("f-" + name));
    const [path, category, kind, format, found] = controls;
    const heads = [...table.tHead.rows[0].cells];
    const hasPersons = heads.some((th) => th.dataset.sort === "persons");
    let sort = { key: hasPersons ? "persons" : "rows", up: false };
    let page = 0;
    let list = [];

    const option = (value, text) => {
      const element = document.createElement("option");
      element.value = value;
      element.textContent = text;
      return element;
    };
    const options = () => {
      const zh = lang() === "zh";
      const renew = (select, texts) => {
        const value = select.value;
        select.replaceChildren(option("", say("all")), ...texts.map((text, at) => option(String(at), text)));
        select.value = value;
      };
      renew(category, data.categories.map((c) => c[zh ? 2 : 1]));
      renew(kind, data.kinds);
      renew(format, data.formats);
    };

    const keys = {
      path: pathOf,
      persons: (file) => file[PERSONS] ?? -1,
      rows: (file) => file[ROWS],
      matches: (file) => file[MATCHES],
      format: (file) => data.formats[file[FORMAT]],
      bytes: (file) => file[BYTES],
    };
    const compute = () => {
      const part = path.value.trim().toLowerCase();
      const [inCategory, ofKind, inFormat] = [category, kind, format].map((s) => (s.value === "" ? -1 : Number(s.value)));
      list = data.files.filter((file) =>
        (!found.checked || file[ROWS] > 0 || file[MATCHES] > 0) &&
        (inFormat < 0 || file[FORMAT] === inFormat) &&
        (inCategory < 0 || has(file[CATEGORIES], inCategory)) &&
        (ofKind < 0 || has(file[KINDS], ofKind)) &&
        (part === "" || pathOf(file).toLowerCase().includes(part)));
      const key = keys[sort.key];
      const by = list.map((file, at) => [key(file), at, file]);
      const sign = sort.up ? 1 : -1;
      by.sort((a, b) => (a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1] - b[1]));
      list = by.map((entry) => entry[2]);
      page = 0;
    };

    const cell = (text, className) => {
      const td = document.createElement("td");
      if (className) td.className = className;
      td.textContent = text;
      return td;
    };
    const row = (file) => {
      const tr = document.createElement("tr");
      const zh = lang() === "zh";
      const pairs = [];
      const of = file[CATEGORIES];
      for (let i = 0; i < of.length; i += 2) pairs.push([of[i + 1], data.categories[of[i]][zh ? 2 : 1]]);
      pairs.sort((a, b) => b[0] - a[0]);
      const where = cell(pathOf(file), "path");
      if (file[COPY] !== null) {
        const note = document.createElement("small");
        note.textContent = " " + fill(say("copy"), [file[COPY]]);
        where.append(note);
      }
      tr.append(where);
      if (hasPersons) tr.append(cell(file[PERSONS] === null ? "" : number.format(file[PERSONS]), "n"));
      tr.append(
        cell(number.format(file[ROWS]), "n"),
        cell(pairs.map(([n, name]) => name + " " + number.format(n)).join(zh ? "；" : ", ")),
        cell(number.format(file[MATCHES]), "n"),
        cell(data.formats[file[FORMAT]]),
        cell(size(file[BYTES]), "n"));
      return tr;
    };
    const draw = () => {
      const from = page * PAGE;
      const some = list.slice(from, from + PAGE);
      if (some.length) {
        body.replaceChildren(...some.map(row));
      } else {
        const tr = document.createElement("tr");
        const td = cell(say("empty"));
        td.colSpan = heads.length;
        tr.append(td);
        body.replaceChildren(tr);
      }
      const numbers = [some.length ? from + 1 : 0, from + some.length, list.length].map((n) => number.format(n));
      by("status").textContent = fill(say("status"), numbers);
      by("previous").disabled = page === 0;
      by("next").disabled = from + PAGE >= list.length;
    };
    const renew = () => { compute(); draw(); };

    for (const control of controls) control.addEventListener("input", renew);
    by("filters").addEventListener("submit", (event) => event.preventDefault());
    by("filters").addEventListener("reset", () => setTimeout(renew));
    by("previous").addEventListener("click", () => { page -= 1; draw(); });
    by("next").addEventListener("click", () => { page += 1; draw(); });
    for (const th of table.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...th.childNodes);
      th.append(button);
      th.addEventListener("click", () => {
        const key = th.dataset.sort;
        const isText = key === "path" || key === "format";
        sort = { key, up: sort.key === key ? !sort.up : isText };
        for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", sort.up ? "ascending" : "descending");
        renew();
      });
    }
    shown.push(() => { options(); draw(); });
    options();
    compute();
  }
  setLang(lang());
})();
