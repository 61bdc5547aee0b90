// Sorts and filters the table of students. Without it the table is all there, in one order.
"use strict";
(() => {
  const table = document.getElementById("students");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const count = document.getElementById("count");
  const search = document.getElementById("search");
  const only = document.getElementById("only");
  const headers = Array.from(table.tHead.rows[0].cells);

  const value = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = text === "" ? NaN : Number(text);
    return Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === ""); // what is empty comes last
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  };

  const sort = (column, descending) => {
    const keyed = rows.map((row) => [value(row, column), row]);
    keyed.sort(([a], [b]) => {
      const order = compare(a, b);
      return descending && a !== "" && b !== "" ? -order : order;
    });
    body.append(...keyed.map(([, row]) => row));
    headers.forEach((header, at) => {
      header.setAttribute("aria-sort", at !== column ? "none" : descending ? "descending" : "ascending");
    });
  };
  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      sort(column, header.getAttribute("aria-sort") === "ascending");
    });
  });

  const said = (row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase();
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = said(row);
      const fits =
        words.every((word) => text.includes(word)) &&
        (only.value === "" || row.dataset.is.split(" ").includes(only.value));
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);

  // The whole row opens the student's page; the link in it is for keyboards and screen readers.
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (!row || event.target.closest("a") || String(document.getSelection())) return;
    row.querySelector("a").click();
  });

  document.getElementById("tools").hidden = false;
  filter();
})();
