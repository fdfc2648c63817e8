"use strict";
const report = JSON.parse(document.getElementById("data").textContent);
const byID = (id) => document.getElementById(id);
const svgNS = "http://www.w3.org/2000/svg";

function make(name, attributes, ...children) {
  const isSVG = ["svg", "g", "rect", "path", "text", "line", "circle", "title", "tspan"].includes(name);
  const element = isSVG ? document.createElementNS(svgNS, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "click") element.addEventListener("click", value);
    else if (value !== undefined && value !== null) element.setAttribute(key, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

const number = (value, digits = 3) =>
  value === null || value === undefined ? "" : Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-4)
    ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
const decibels = (value) => (value === null || value === undefined ? "exact" : value.toFixed(1) + " dB");
const clipped = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

// The graphs: operators in layers, each below all that it reads.

const sizes = { width: 190, height: 46, gapX: 26, gapY: 62 };

function kindOf(type) {
  if (/^(i8|u8)/.test(type)) return "int8";
  if (/^i16/.test(type)) return "int16";
  return /^f32/.test(type) ? "real" : "other";
}

/** Nodes with their places: {nodes, edges, width, height}. */
function arranged(graph) {
  const nodes = [], makers = new Map();
  const add = (node) => { node.place = nodes.push(node) - 1; return node; };
  for (const id of graph.inputs) {
    const tensor = graph.tensors[id];
    makers.set(id, add({ title: "input", name: tensor.name, tensor: id, ends: true, reads: [] }));
  }
  for (const op of graph.nodes) {
    const node = add({
      title: op.op, name: op.outputs.length ? graph.tensors[op.outputs[0]].name : "", op, reads: op.inputs,
      tensor: op.outputs[0], isConversion: op.op === "quantize" || op.op === "dequantize", mark: op.mark,
    });
    for (const id of op.outputs) makers.set(id, node);
  }
  for (const id of graph.outputs)
    add({ title: "output", name: graph.tensors[id].name, tensor: id, ends: true, isOutput: true, reads: [id] });
  const edges = [];
  for (const node of nodes) {
    node.layer = 0;
    for (const id of node.reads) {
      const maker = makers.get(id);
      if (!maker || maker === node) continue;
      edges.push({ from: maker, to: node, tensor: id });
      node.layer = Math.max(node.layer, maker.layer + 1);
    }
  }
  // Long edges pass the layers between through points of their own.
  const layers = [];
  const put = (item) => { (layers[item.layer] = layers[item.layer] || []).push(item); };
  nodes.forEach(put);
  for (const edge of edges) {
    edge.points = [];
    for (let layer = edge.from.layer + 1; layer < edge.to.layer; layer++) {
      const point = { layer, isPoint: true };
      edge.points.push(point);
      put(point);
    }
    const chain = [edge.from, ...edge.points, edge.to];
    for (let i = 1; i < chain.length; i++) {
      (chain[i].above = chain[i].above || []).push(chain[i - 1]);
      (chain[i - 1].below = chain[i - 1].below || []).push(chain[i]);
    }
  }
  const width = (item) => (item.isPoint ? 24 : sizes.width);
  layers.forEach((layer) => layer.forEach((item, index) => (item.order = index)));
  for (let sweep = 0; sweep < 6; sweep++) {
    const side = sweep % 2 ? "below" : "above";
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      for (const item of layer) {
        const others = item[side] || [];
        item.wish = others.length ? others.reduce((sum, other) => sum + other.order, 0) / others.length : item.order;
      }
      layer.sort((one, other) => one.wish - other.wish);
      layer.forEach((item, index) => (item.order = index));
    }
  }
  for (let sweep = 0; sweep < 4; sweep++)
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const side = sweep % 2 ? "below" : "above";
      let left = -Infinity;
      const wanted = layer.map((item) => {
        const others = item[side] || item.above || item.below || [];
        return others.length ? others.reduce((sum, other) => sum + (other.x || 0), 0) / others.length : item.x || 0;
      });
      layer.forEach((item, index) => {
        item.x = Math.max(wanted[index], left + width(item) / 2);
        left = item.x + width(item) / 2 + sizes.gapX;
      });
      const shift = layer.reduce((sum, item, index) => sum + wanted[index] - item.x, 0) / layer.length;
      layer.forEach((item) => (item.x += shift));
    }
  let [least, most] = [Infinity, -Infinity];
  layers.forEach((layer, index) => layer.forEach((item) => {
    item.y = index * (sizes.height + sizes.gapY);
    least = Math.min(least, item.x - width(item) / 2);
    most = Math.max(most, item.x + width(item) / 2);
  }));
  layers.forEach((layer) => layer.forEach((item) => (item.x -= least)));
  return { graph, nodes, edges, width: most - least, height: layers.length * (sizes.height + sizes.gapY) };
}

function edgeLabel(graph, edge) {
  const tensor = graph.tensors[edge.tensor];
  const shape = tensor.shape.join("×");
  if (tensor.scale === undefined) return `${tensor.element} ${shape}`;
  const op = edge.from.op;
  const source = op && op.inputs.length ? graph.tensors[op.inputs[0]] : null;
  const isSame = source && source.scale === tensor.scale && source.zero_point === tensor.zero_point;
  return `${tensor.element} ${shape} ` + (isSame ? "=" : `[${number(tensor.scale)}, ${tensor.zero_point}] ${number(tensor.low)}…${number(tensor.high)}`);
}

const view = { x: 0, y: 0, scale: 1 };
const svg = byID("graph");
const canvas = make("g", {});
svg.append(canvas);
const drawings = [];

function draw() {
  let offset = 20;
  for (const graph of report.graphs) {
    const drawing = arranged(graph);
    drawings.push(drawing);
    const group = make("g", { transform: `translate(${offset},40)` });
    drawing.offset = offset;
    if (report.graphs.length > 1) group.append(make("text", { class: "label", y: -20 }, graph.name));
    for (const edge of drawing.edges) {
      const points = [[edge.from.x, edge.from.y + sizes.height], ...edge.points.map((point) => [point.x, point.y + sizes.height / 2]), [edge.to.x, edge.to.y]];
      let path = `M${points[0]}`;
      for (let i = 1; i < points.length; i++) {
        const middle = (points[i - 1][1] + points[i][1]) / 2;
        path += `C${points[i - 1][0]},${middle} ${points[i][0]},${middle} ${points[i]}`;
      }
      const kind = kindOf(graph.tensors[edge.tensor].type);
      group.append(make("path", { class: "edge " + kind, d: path }));
      if (!edge.from.isLabelled) {
        edge.from.isLabelled = true;
        group.append(make("text", { class: "label", x: points[0][0] + 8, y: points[0][1] + 20 }, edgeLabel(graph, edge)));
      }
    }
    for (const node of drawing.nodes) {
      const tensor = node.tensor === undefined ? null : graph.tensors[node.tensor];
      const rank = tensor && tensor.rank;
      const classes = ["node", node.isConversion ? "conversion" : "", node.ends ? "end" : "", node.mark || ""].join(" ");
      const element = make("g", { class: classes, transform: `translate(${node.x - sizes.width / 2},${node.y})`, "data-name": node.name, click: () => select(drawing, node) },
        make("title", {}, `${node.title} ${node.name}`),
        make("rect", { width: sizes.width, height: sizes.height, rx: node.ends ? 22 : node.isConversion ? 0 : 6 }),
        make("text", { x: 10, y: 19 }, clipped(node.title + (node.mark && node.mark !== "same" ? ` (${node.mark})` : ""), 25)),
        make("text", { class: "small", x: 10, y: 36 }, clipped(node.name, 30)),
        rank && rank <= 10 && !node.isOutput ? make("text", { class: "badge", x: sizes.width - 12, y: 19, "text-anchor": "end" }, `#${rank}`) : null);
      node.element = element;
      group.append(element);
    }
    canvas.append(group);
    offset += drawing.width + 80;
  }
}

function apply() {
  canvas.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
}

function zoom(factor, x, y) {
  const box = svg.getBoundingClientRect();
  const [px, py] = [x === undefined ? box.width / 2 : x, y === undefined ? box.height / 2 : y];
  const next = Math.min(4, Math.max(0.01, view.scale * factor));
  view.x = px - ((px - view.x) * next) / view.scale;
  view.y = py - ((py - view.y) * next) / view.scale;
  view.scale = next;
  apply();
}

function fit() {
  const box = svg.getBoundingClientRect();
  const width = drawings.reduce((sum, drawing) => sum + drawing.width + 80, 40);
  const height = Math.max(...drawings.map((drawing) => drawing.height)) + 80;
  view.scale = Math.min(1, box.width / width, box.height / height);
  view.x = (box.width - width * view.scale) / 2;
  view.y = 0;
  apply();
}

function center(drawing, node) {
  const box = svg.getBoundingClientRect();
  view.scale = Math.max(view.scale, 0.8);
  view.x = box.width / 2 - (drawing.offset + node.x) * view.scale;
  view.y = box.height / 2 - (40 + node.y) * view.scale;
  apply();
}

let current = null;

function select(drawing, node, moves) {
  if (current) current.node.element.classList.remove("selected");
  current = { drawing, node };
  node.element.classList.add("selected");
  if (moves) center(drawing, node);
  show(drawing.graph, node);
}

function selectTensor(name) {
  for (const drawing of drawings) {
    const node = drawing.nodes.find((node) => node.name === name && !node.isOutput);
    if (node) return select(drawing, node, true);
  }
}

// What is known of a node.

function row(name, value) {
  return value === undefined || value === null || value === "" ? null : make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value));
}

function causes(list) {
  return (list || []).map((cause) => make("p", { class: "cause" }, cause.text, cause.fix ? make("span", { class: "fix" }, ` help: ${cause.fix}`) : null));
}

function show(graph, node) {
  const panel = byID("panel");
  panel.replaceChildren(make("h2", {}, node.title + " "), make("p", {}, node.name));
  const op = node.op;
  if (op) {
    panel.append(make("table", {},
      row("operator", `#${op.index}`), row("source", op.source), row("kernel", op.kernel),
      row("time", op.milliseconds === undefined ? null : number(op.milliseconds) + " ms"),
      row("multiply-adds", op.macs === undefined ? null : op.macs.toLocaleString("en")),
      ...Object.entries(op.attributes || {}).map(([name, value]) => row(name, value))));
  }
  const shown = op ? op.outputs : [node.tensor];
  for (const id of shown) panel.append(...tensorView(graph.tensors[id], "result"));
  if (op) {
    const constants = op.inputs.map((id) => graph.tensors[id]).filter((tensor) => tensor && tensor.is_constant);
    for (const tensor of constants) panel.append(...tensorView(tensor, "constant"));
  }
}

function tensorView(tensor, title) {
  const parts = [make("h3", {}, `${title} ${tensor.name}`), make("table", {},
    row("type", tensor.type), row("scale", tensor.scale === undefined ? null : `${tensor.scale}, zero point ${tensor.zero_point}`),
    row("range", tensor.low === undefined ? null : `${number(tensor.low)}…${number(tensor.high)}`),
    row("scales", tensor.channel_scales ? `one for each of ${tensor.channel_scales.length} channels` : null))];
  const found = tensor.comparison;
  if (found) {
    parts.push(make("table", {},
      row("own error", decibels(found.own_db)), row("inherited", decibels(found.inherited_db)), row("both", decibels(found.snr_db)),
      row("outputs, by it alone", found.at_outputs_db === undefined ? null : decibels(found.at_outputs_db)),
      row("in steps", found.error_steps === undefined ? null : number(found.error_steps)),
      row("cosine", number(found.cosine, 6)), row("largest error", number(found.largest)), row("mean error", number(found.mean)),
      row("data", `${number(found.data[0])}…${number(found.data[1])}`),
      row("beyond the range", found.saturation === undefined ? null : number(100 * found.saturation) + " %"),
      row("histograms overlap", found.overlap === undefined ? null : number(100 * found.overlap) + " %"),
      row("codes used", found.codes_used),
      row("dead channels", found.dead_channels && found.dead_channels.length ? found.dead_channels.join(", ") : null)),
      errorBars(found), ...causes(found.causes));
  }
  if (tensor.histogram) parts.push(histogram(tensor));
  if (tensor.curves) parts.push(curves(tensor));
  if (tensor.channel_scales) parts.push(channels(tensor));
  return parts;
}

const noise = (value) => (value === null || value === undefined ? 0 : Math.pow(10, -value / 20));

function errorBars(found) {
  const largest = Math.max(noise(found.own_db), noise(found.inherited_db), 1e-9);
  const bar = (name, value, kind) => make("div", {}, make("span", { class: "bar " + kind, style: `width:${Math.round((220 * noise(value)) / largest)}px` }), ` ${name} ${decibels(value)}`);
  return make("div", { role: "img", "aria-label": "own and inherited error" }, bar("own", found.own_db, "own"), bar("inherited", found.inherited_db, "inherited"));
}

function chart(width, height, title, ...children) {
  return make("figure", {}, make("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title }, ...children), make("figcaption", {}, title));
}

function axis(width, height, low, high, lowText, highText) {
  return [make("line", { class: "axis", x1: 0, x2: width, y1: height - 16, y2: height - 16 }),
    make("text", { x: 0, y: height - 3 }, lowText), make("text", { x: width, y: height - 3, "text-anchor": "end" }, highText)];
}

function histogram(tensor) {
  const { low, high, counts, found } = tensor.histogram;
  const [width, height] = [380, 130], most = Math.log1p(Math.max(...counts, ...(found || [0])));
  const step = width / counts.length;
  const place = (value) => (width * (value - low)) / (high - low || 1);
  const outline = (list) => list.map((count, i) => `${i ? "L" : "M"}${i * step},${height - 16 - ((height - 24) * Math.log1p(count)) / most}h${step}`).join("");
  const parts = counts.map((count, i) => make("rect", { x: i * step, width: Math.max(step - 0.5, 0.5), y: height - 16 - ((height - 24) * Math.log1p(count)) / most, height: ((height - 24) * Math.log1p(count)) / most, fill: "var(--real)", opacity: 0.45 }));
  if (found) parts.push(make("path", { d: outline(found), fill: "none", stroke: "var(--int8)", "stroke-width": 1.5 }));
  for (const end of [tensor.low, tensor.high])
    if (end !== undefined && end >= low && end <= high) parts.push(make("line", { x1: place(end), x2: place(end), y1: 0, y2: height - 16, stroke: "var(--bad)", "stroke-width": 2, "stroke-dasharray": "4 2" }));
  return chart(width, height, "numbers of the reference (bars), of this model (line), the range chosen (dashed); counts as logarithms", ...parts, ...axis(width, height, low, high, number(low), number(high)));
}

function curves(tensor) {
  const { thresholds, mse, kl } = tensor.curves;
  const [width, height] = [380, 120];
  const line = (list, style) => {
    const real = list.filter((value) => value !== null && value > 0);
    if (!real.length) return null;
    const [least, most] = [Math.log(Math.min(...real)), Math.log(Math.max(...real))];
    const points = list.map((value, i) => (value > 0 ? [(width * i) / (list.length - 1), 4 + ((height - 24) * (most - Math.log(value))) / (most - least || 1)] : null)).filter(Boolean);
    return make("path", { d: "M" + points.join("L"), fill: "none", ...style });
  };
  return chart(width, height, "error against the threshold, as logarithms: mean square (solid), KL divergence (dashed)",
    line(mse, { stroke: "var(--int8)", "stroke-width": 2 }), line(kl || [], { stroke: "var(--other)", "stroke-width": 2, "stroke-dasharray": "6 4" }),
    ...axis(width, height, 0, 0, number(thresholds[0]), number(thresholds[thresholds.length - 1])));
}

function channels(tensor) {
  const scales = tensor.channel_scales, [width, height] = [380, 90], most = Math.max(...scales), step = width / scales.length;
  return chart(width, height, "scale of each channel", ...scales.map((scale, i) => make("rect", { x: i * step, width: Math.max(step - 0.3, 0.4), y: height - 16 - ((height - 22) * scale) / most, height: ((height - 22) * scale) / most, fill: "var(--int8)" })), ...axis(width, height, 0, 0, "0", String(scales.length - 1)));
}

// Below the graph.

function findings() {
  const section = byID("findings"), comparison = report.comparison;
  if (comparison) {
    section.append(make("h2", {}, "Outputs"), make("p", {}, comparison.outputs.map((output) =>
      `${output.name}: ${decibels(output.snr_db)}` + (output.same_top1 === undefined ? "" : `, same top-1 on ${output.same_top1} of ${comparison.samples}`)).join("; ")
      + (comparison.boxes ? `; boxes: ${comparison.boxes.kept} kept, ${comparison.boxes.lost} lost, ${comparison.boxes.added} new` : "")));
    if (comparison.causes.length) section.append(make("h2", {}, "Wrong with no single layer"), ...causes(comparison.causes));
    section.append(make("h2", {}, "What to look at first"));
    const graph = report.graphs[report.graphs.length - 1];
    const byName = new Map(graph.tensors.map((tensor) => [tensor.name, tensor]));
    const head = make("tr", {}, ["", "tensor", "own", "at outputs", "total", "why"].map((text) => make("th", { scope: "col" }, text)));
    section.append(make("table", { id: "worst" }, head, comparison.ranking.slice(0, 10).map((name, place) => {
      const tensor = byName.get(name), found = tensor && tensor.comparison;
      return found ? make("tr", {}, make("td", {}, String(place + 1)), make("td", {}, make("button", { class: "link", click: () => selectTensor(name) }, name)),
        make("td", { class: "number" }, decibels(found.own_db)), make("td", { class: "number" }, found.at_outputs_db === undefined ? "" : decibels(found.at_outputs_db)),
        make("td", { class: "number" }, decibels(found.snr_db)), make("td", {}, causes(found.causes))) : null;
    })));
  }
  if (report.diagnostics && report.diagnostics.length) {
    section.append(make("h2", {}, "Diagnostics"), ...report.diagnostics.map((diagnostic) =>
      make("p", {}, make("b", {}, `${diagnostic.severity} ${diagnostic.code} `), diagnostic.message, ...(diagnostic.helps || []).map((help) => make("div", { class: "cause" }, `help: ${help}`)))));
  }
}

function depth() {
  if (!report.comparison) return;
  const graph = report.graphs[report.graphs.length - 1];
  const list = graph.nodes.flatMap((op) => op.outputs.map((id) => graph.tensors[id])).filter((tensor) => tensor.comparison);
  if (list.length < 2) return;
  const [width, height] = [Math.max(500, Math.min(1300, 26 * list.length)), 240], left = 34;
  const value = (x) => (x === null || x === undefined ? 70 : Math.max(0, Math.min(70, x)));
  const x = (i) => left + ((width - left - 10) * i) / (list.length - 1), y = (v) => 8 + ((height - 30) * v) / 70;
  const line = (key, style) => make("path", { d: "M" + list.map((tensor, i) => [x(i), y(value(tensor.comparison[key]))]).join("L"), fill: "none", "stroke-width": 2, ...style });
  const ticks = [0, 10, 20, 30, 40, 50, 60].map((v) => [make("line", { class: "axis", x1: left, x2: width, y1: y(v), y2: y(v) }), make("text", { x: 0, y: y(v) + 4 }, `${v} dB`)]).flat();
  byID("charts").append(make("h2", {}, "Error along the depth"), chart(width, height, "signal to noise of each tensor in the order of the model: own error (solid, circles), all errors (dashed); lower is worse, so further up",
    ...ticks, line("snr_db", { stroke: "var(--real)", "stroke-dasharray": "6 4" }), line("own_db", { stroke: "var(--own)" }),
    ...list.map((tensor, i) => make("circle", { cx: x(i), cy: y(value(tensor.comparison.own_db)), r: 4, fill: "var(--own)", style: "cursor:pointer", click: () => selectTensor(tensor.name) }, make("title", {}, `${tensor.name}: own ${decibels(tensor.comparison.own_db)}`)))));
}

function pictures() {
  if (!report.pictures || !report.pictures.length) return;
  const section = byID("pictures");
  section.append(make("h2", {}, "Detections"));
  for (const picture of report.pictures)
    for (const [title, boxes] of [["reference", picture.reference], ["this model", picture.found]]) {
      const overlay = make("svg", { viewBox: `0 0 ${picture.width} ${picture.height}`, "aria-hidden": "true" }, boxes.map((box) => [
        make("rect", { x: box.x, y: box.y, width: box.width, height: box.height, fill: "none", stroke: "#ffd400", "stroke-width": picture.width / 160 }),
        make("text", { x: box.x + 4, y: Math.max(box.y - 4, picture.width / 34), fill: "#ffd400", stroke: "#000", "stroke-width": picture.width / 900, style: `font:bold ${picture.width / 36}px sans-serif` }, `${box.label} ${box.score.toFixed(2)}`)]).flat());
      section.append(make("figure", {}, make("div", { class: "photo" }, make("img", { src: picture.data, alt: picture.name }), overlay),
        make("figcaption", {}, `${picture.name}, ${title}: ${boxes.map((box) => `${box.label} ${box.score.toFixed(2)}`).join(", ") || "nothing"}`)));
    }
}

// Search, pointer and keys.

function search(text, moves) {
  const wanted = text.trim().toLowerCase();
  let hits = 0, first = null;
  for (const drawing of drawings)
    for (const node of drawing.nodes) {
      const words = [node.title, node.name, node.op && node.op.source].filter(Boolean).join(" ").toLowerCase();
      const isHit = wanted !== "" && words.includes(wanted);
      node.element.classList.toggle("found", isHit);
      if (isHit) { hits += 1; first = first || { drawing, node }; }
    }
  byID("found").textContent = wanted === "" ? "" : `${hits} found`;
  if (first && moves) select(first.drawing, first.node, true);
}

function step(key) {
  if (!current) {
    if (drawings[0] && drawings[0].nodes[0]) select(drawings[0], drawings[0].nodes[0], true);
    return;
  }
  const { drawing, node } = current;
  const next = {
    ArrowDown: () => drawing.edges.find((edge) => edge.from === node)?.to,
    ArrowUp: () => drawing.edges.find((edge) => edge.to === node)?.from,
    ArrowRight: () => drawing.nodes[node.place + 1], ArrowLeft: () => drawing.nodes[node.place - 1],
  }[key]();
  if (next) select(drawing, next, true);
}

byID("title").textContent = report.title;
document.title = report.title;
draw();
findings();
depth();
pictures();
byID("first").hidden = !report.comparison;
byID("first").addEventListener("click", () => selectTensor(report.comparison.ranking[0]));
byID("zoom-in").addEventListener("click", () => zoom(1.3));
byID("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
byID("fit").addEventListener("click", fit);
byID("search").addEventListener("input", (event) => search(event.target.value, false));
byID("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") search(event.target.value, true);
  if (event.key === "Escape") { event.target.value = ""; search("", false); svg.focus(); }
});
svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = svg.getBoundingClientRect();
  zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
let grip = null;
svg.addEventListener("pointerdown", (event) => { grip = [event.clientX - view.x, event.clientY - view.y]; });
window.addEventListener("pointermove", (event) => {
  if (!grip) return;
  [view.x, view.y] = [event.clientX - grip[0], event.clientY - grip[1]];
  apply();
});
window.addEventListener("pointerup", () => { grip = null; });
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  const keys = { "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fit, "/": () => byID("search").focus(), w: () => report.comparison && selectTensor(report.comparison.ranking[0]), Enter: () => byID("panel").focus() };
  if (event.key in keys && event.target.tagName !== "BUTTON") { event.preventDefault(); keys[event.key](); }
  if (event.key.startsWith("Arrow") && event.target === svg) { event.preventDefault(); step(event.key); }
});
if (report.comparison && report.comparison.ranking.length) selectTensor(report.comparison.ranking[0]);
fit();
// What does not fit is shown from its inputs on, large enough to read.
if (view.scale < 0.6) { zoom(0.6 / view.scale, svg.getBoundingClientRect().width / 2, 0); }
