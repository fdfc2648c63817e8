"use strict";
const report = JSON.parse(document.getElementById("data").textContent);
const byID = (id) => document.getElementById(id);
const svgNS = "http://www.w3.org/2000/svg";
const svgNames = new Set(["svg", "g", "rect", "path", "text", "line", "circle", "title", "defs", "pattern"]);

function make(name, attributes, ...children) {
  const element = svgNames.has(name) ? document.createElementNS(svgNS, name) : document.createElement(name);
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
const range = (low, high) => `${number(low)}…${number(high)}`;
const decibels = (value) => (value === null || value === undefined ? "exact" : value === "NaN" ? value : value.toFixed(1) + " dB");
/** Decibels as a chart has them. */
const level = (value) => (value === null || value === undefined ? 60 : value === "NaN" ? 0 : Math.min(60, Math.max(0, value)));
const milliseconds = (value) => number(value) + " ms";
const clipped = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);
/** What tells a tensor from others: of TensorFlow's names the last part, of joined ones that of the first. */
function brief(name, length) {
  const first = name.length > length ? name.split(";")[0] : name;
  return first.length > length ? "…" + first.slice(1 - length) : first;
}
const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const total = (list) => list.reduce((sum, value) => sum + (value || 0), 0);

// The graphs: operators in layers, each below all that it reads. Below a node stand the labels of what it makes, then
// comes a band in which edges bend; in all else they go straight down.

const sizes = { width: 190, port: 165, height: 52, label: 34, bend: 40, gap: 26, way: 12, titles: 40 };
const pitch = sizes.height + sizes.label + sizes.bend;

function kindOf(type) {
  if (/^(i8|u8)/.test(type)) return "int8";
  if (/^i16/.test(type)) return "int16";
  return /^f32/.test(type) ? "real" : "other";
}

/** A graph's nodes and ends, and the edges between them, each node in a layer. */
function layered(graph) {
  const nodes = [], edges = [], makers = new Map();
  const add = (node) => {
    node.place = nodes.push(node) - 1;
    Object.assign(node, { above: [], below: [], layer: 0, ins: [], outs: [], results: [] });
    return node;
  };
  for (const id of graph.inputs) makers.set(id, add({ title: "input", name: graph.tensors[id].name, tensor: id, ends: true, isInput: true, reads: [] }));
  for (const op of graph.nodes) {
    const node = add({
      title: op.op, name: op.outputs.length ? graph.tensors[op.outputs[0]].name : "", op, reads: [...new Set(op.inputs)],
      tensor: op.outputs[0], isConversion: op.op === "quantize" || op.op === "dequantize", mark: op.mark,
    });
    for (const id of op.outputs) makers.set(id, node);
  }
  for (const id of graph.outputs)
    add({ title: "output", name: graph.tensors[id].name, tensor: id, ends: true, isOutput: true, reads: [id] });
  for (const node of nodes) {
    node.flows = Boolean(node.isInput);
    for (const id of node.reads) {
      const from = makers.get(id);
      if (!from || from.place >= node.place) continue;
      const edge = { from, to: node, tensor: id, ways: [] };
      edges.push(edge);
      from.outs.push(edge);
      node.ins.push(edge);
      if (!from.results.includes(id)) from.results.push(id);
      node.layer = Math.max(node.layer, from.layer + 1);
      node.flows = node.flows || from.flows;
    }
    node.width = sizes.width;
  }
  for (const node of nodes) if (node.results.length > 1) node.width = Math.min(node.results.length, 8) * sizes.port;
  // What depends on constants alone stands just above what reads it.
  for (const node of [...nodes].reverse())
    if (!node.flows && node.outs.length) node.layer = Math.min(...node.outs.map((edge) => edge.to.layer)) - 1;
  return { nodes, edges };
}

/** The places of a layer's items: as near to those wanted as the gaps between allow (least squares). */
function settle(layer, wanted, weights) {
  const blocks = [];
  let offset = 0;
  layer.forEach((item, i) => {
    if (i) offset += (layer[i - 1].width + item.width) / 2 + (item.isWay && layer[i - 1].isWay ? sizes.way : sizes.gap);
    let block = { sum: weights[i] * (wanted[i] - offset), weight: weights[i], items: [[item, offset]] };
    for (let last = blocks.at(-1); last && last.sum / last.weight >= block.sum / block.weight; last = blocks.at(-1)) {
      blocks.pop();
      block = { sum: last.sum + block.sum, weight: last.weight + block.weight, items: last.items.concat(block.items) };
    }
    blocks.push(block);
  });
  for (const block of blocks) for (const [item, offset] of block.items) item.x = block.sum / block.weight + offset;
}

/** Nodes with their places: {graph, nodes, edges, width, height}. */
function arranged(graph) {
  const { nodes, edges } = layered(graph);
  const layers = [];
  const put = (item) => { (layers[item.layer] = layers[item.layer] || []).push(item); };
  nodes.forEach(put);
  // Long edges have ways of their own through the layers between, unless there are too many.
  let room = 30000;
  for (const edge of edges) {
    const length = edge.to.layer - edge.from.layer - 1;
    if (length <= room) {
      room -= length;
      for (let layer = edge.from.layer + 1; layer < edge.to.layer; layer++) {
        const way = { layer, isWay: true, width: 12, above: [], below: [] };
        edge.ways.push(way);
        put(way);
      }
    }
    const chain = [edge.from, ...edge.ways, edge.to];
    for (let i = 1; i < chain.length; i++) {
      chain[i].above.push(chain[i - 1]);
      chain[i - 1].below.push(chain[i]);
    }
  }
  const filled = layers.filter(Boolean);
  const number = (layer) => layer.forEach((item, index) => (item.order = index));
  filled.forEach(number);
  for (let sweep = 0; sweep < 8; sweep++) {
    const side = sweep % 2 ? "below" : "above";
    for (const layer of sweep % 2 ? [...filled].reverse() : filled) {
      for (const item of layer) {
        const others = item[side];
        item.wish = others.length ? total(others.map((other) => other.order)) / others.length : item.order;
      }
      layer.sort((one, other) => one.wish - other.wish);
      number(layer);
    }
  }
  for (const layer of filled) layer.forEach((item, index) => (item.x = index * (sizes.width + sizes.gap)));
  // The last one goes down, after which chains are straight.
  for (let sweep = 0; sweep < 13; sweep++)
    for (const layer of sweep % 2 ? [...filled].reverse() : filled) {
      const wanted = [], weights = [];
      for (const item of layer) {
        const others = item[sweep % 2 ? "below" : "above"];
        // Ways stay straight before nodes come near to what they read, and data before constants.
        const weight = (other) => (item.isWay && other.isWay ? 8 : item.isWay || other.isWay ? 2 : item.flows && !other.flows ? 0.01 : 1);
        const sum = total(others.map(weight));
        wanted.push(sum ? total(others.map((other) => weight(other) * other.x)) / sum : item.x);
        weights.push(sum || 0.1);
      }
      settle(layer, wanted, weights);
    }
  // What depends on constants alone comes near to what reads it, without moving the rest.
  for (const layer of filled) {
    const rests = layer.map((item) => item.isWay || item.flows || !item.below.length);
    const wanted = layer.map((item, i) => (rests[i] ? item.x : total(item.below.map((other) => other.x)) / item.below.length));
    settle(layer, wanted, rests.map((rest) => (rest ? 1000 : 1)));
  }
  let [least, most] = [Infinity, -Infinity];
  layers.forEach((layer, index) => layer.forEach((item) => {
    item.y = index * pitch;
    least = Math.min(least, item.x - item.width / 2);
    most = Math.max(most, item.x + item.width / 2);
  }));
  layers.forEach((layer) => layer.forEach((item) => (item.x -= least)));
  for (const node of nodes) {
    node.ins.sort((one, other) => (one.ways.at(-1) || one.from).x - (other.ways.at(-1) || other.from).x);
    node.ins.forEach((edge, i) => (edge.end = node.x + (node.ins.length > 1 ? (node.width - 40) * (i / (node.ins.length - 1) - 0.5) : 0)));
  }
  return { graph, nodes, edges, width: most - least, height: layers.length * pitch };
}

/** Where below a node a result leaves it. */
function port(node, tensor) {
  const count = node.results.length;
  return node.x + ((node.results.indexOf(tensor) + 0.5) / count - 0.5) * node.width;
}

function pathOf(edge) {
  let x = port(edge.from, edge.tensor), y = edge.from.y + sizes.height + sizes.label, path = `M${x},${edge.from.y + sizes.height}V${y}`;
  const bend = (toX, toY) => { path += `C${x},${(y + toY) / 2} ${toX},${(y + toY) / 2} ${toX},${toY}`; [x, y] = [toX, toY]; };
  for (const way of edge.ways) {
    bend(way.x, way.y);
    y += sizes.height + sizes.label;
    path += `V${y}`;
  }
  bend(edge.end, edge.to.y);
  return path;
}

/** The lines below a node for one of its results, and whether type or scale change there. */
function edgeLabel(graph, node, id) {
  const tensor = graph.tensors[id];
  const lines = [`${tensor.element}${tensor.shape.length ? " " + tensor.shape.join("×") : ""}`];
  const source = node.op ? node.op.inputs.map((input) => graph.tensors[input]).find((input) => !input.is_constant) : null;
  const isSame = source && source.element === tensor.element && source.scale === tensor.scale && source.zero_point === tensor.zero_point;
  const changes = Boolean(source) && !isSame;
  if (tensor.scale !== undefined)
    lines.push(isSame ? "=" : `${changes ? "◆ " : ""}[${number(tensor.scale)}, ${tensor.zero_point}] ${range(tensor.low, tensor.high)}`);
  else if (changes && source.element !== tensor.element) lines[0] = "◆ " + lines[0];
  return { lines, changes };
}

const view = { x: 0, y: 0, scale: 1 };
const svg = byID("graph");
const canvas = make("g", {});
svg.append(make("defs", {}, make("pattern", { id: "stripes", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, make("rect", { width: 3, height: 5, fill: "var(--inherited)" }))), canvas);
const drawings = [];
const slowest = Math.max(1e-9, ...report.graphs.flatMap((graph) => graph.nodes.map((op) => op.milliseconds || 0)));
/** 0 for an error of 60 dB and less, 1 for one as strong as the signal. */
const severity = (value) => (60 - level(value)) / 60;

function bars(node, tensor) {
  const bar = (kind, y, height, part) => (part > 0 ? make("rect", { class: kind, x: 8, y, height, width: Math.max(1, (node.width - 16) * part) }) : null);
  if (node.isOutput) return [];
  if (tensor && tensor.comparison) return [bar("own", 40, 4, severity(tensor.comparison.own_db)), bar("inherited", 45, 3, severity(tensor.comparison.inherited_db))];
  return report.comparison || !node.op ? [] : [bar("time", 43, 4, (node.op.milliseconds || 0) / slowest)];
}

function draw() {
  let offset = 20;
  for (const graph of report.graphs) {
    const drawing = arranged(graph);
    drawings.push(drawing);
    drawing.offset = offset;
    const group = make("g", { transform: `translate(${offset},${sizes.titles})` });
    if (report.graphs.length > 1) group.append(make("text", { class: "label title", y: -16 }, graph.name));
    for (const edge of drawing.edges)
      group.append(make("path", { class: "edge " + kindOf(graph.tensors[edge.tensor].type), d: pathOf(edge) }));
    for (const node of drawing.nodes) {
      for (const id of node.results) {
        const { lines, changes } = edgeLabel(graph, node, id);
        lines.forEach((line, i) => {
          const [text, x, y, isBold] = [clipped(line, 34), port(node, id), node.y + sizes.height + 4 + 14 * i, changes && (i > 0 || lines.length === 1)];
          const width = text.length * (isBold ? 7 : 6.3) + 4;
          group.append(make("rect", { class: "ground", x: x - width / 2, y, width, height: 14 }), make("text", { class: "label" + (isBold ? " changed" : ""), x, y: y + 11 }, text));
        });
      }
      const tensor = node.tensor === undefined ? null : graph.tensors[node.tensor];
      const rank = tensor && tensor.rank;
      const classes = ["node", node.isConversion ? "conversion" : "", node.ends ? "end" : "", node.mark || ""].join(" ");
      node.element = make("g", { class: classes, transform: `translate(${node.x - node.width / 2},${node.y})`, "data-name": node.name, click: () => { if (!dragged) select(drawing, node); } },
        make("title", {}, `${node.title} ${node.name}`),
        make("rect", { class: "body", width: node.width, height: sizes.height, rx: node.ends ? 22 : node.isConversion ? 0 : 6 }),
        make("text", { x: 10, y: 18 }, clipped(node.title + (node.mark && node.mark !== "same" ? ` (${node.mark})` : ""), 25)),
        make("text", { class: "small", x: 10, y: 34 }, brief(node.name, Math.floor((node.width - 14) / 7))), bars(node, tensor),
        rank && rank <= 10 && !node.isOutput ? make("text", { class: "badge", x: node.width - 10, y: 18, "text-anchor": "end" }, `#${rank}`) : null);
      group.append(node.element);
    }
    canvas.append(group);
    offset += Math.max(drawing.width, report.graphs.length > 1 ? 9 * graph.name.length : 0) + 80;
  }
  const width = offset, height = Math.max(...drawings.map((drawing) => drawing.height)) + sizes.titles;
  const key = report.comparison ? ["own", "own error", "inherited", "inherited, of each operator; none from 60 dB on"]
    : report.graphs.some((graph) => graph.nodes.some((op) => op.milliseconds)) ? ["time", "time of each operator"] : [];
  for (let i = 0; i < key.length; i += 2) byID("bars").append(make("span", { class: "bar " + key[i], style: "width:30px;height:5px" }), key[i + 1] + " ");
  return { width, height };
}

const extent = draw();

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
  view.scale = Math.min(1, box.width / extent.width, box.height / extent.height);
  view.x = (box.width - extent.width * view.scale) / 2;
  view.y = 0;
  apply();
}

/** All where it can be read, else from the first input on. */
function open() {
  fit();
  if (view.scale >= 0.75) return;
  const box = svg.getBoundingClientRect(), first = drawings[0].nodes[0];
  view.scale = Math.min(0.85, Math.max(0.75, box.width / extent.width));
  view.x = extent.width * view.scale <= box.width ? (box.width - extent.width * view.scale) / 2
    : first ? box.width / 2 - (drawings[0].offset + first.x) * view.scale : 0;
  apply();
}

function center(drawing, node) {
  const box = svg.getBoundingClientRect();
  view.scale = Math.max(view.scale, 0.8);
  view.x = box.width / 2 - (drawing.offset + node.x) * view.scale;
  const lowest = Math.min(0, box.height - extent.height * view.scale);
  view.y = Math.min(0, Math.max(lowest, box.height / 2 - (sizes.titles + node.y) * view.scale));
  apply();
}

let current = null;

function select(drawing, node, moves) {
  if (current) current.node.element.classList.remove("selected");
  current = { drawing, node };
  node.element.classList.add("selected");
  if (moves) center(drawing, node);
  show(drawing.graph, node);
  const tensor = node.tensor === undefined ? null : drawing.graph.tensors[node.tensor];
  byID("status").textContent = `${node.title} ${node.name}` + (tensor ? `, ${tensor.type}` : "");
}

function find(test) {
  for (const drawing of drawings) {
    const node = drawing.nodes.find(test);
    if (node) return { drawing, node };
  }
  return null;
}

function selectTensor(name) {
  for (const drawing of drawings) {
    const makes = (node) => (node.op ? node.op.outputs.some((id) => drawing.graph.tensors[id].name === name) : node.isInput && node.name === name);
    const node = drawing.nodes.find(makes);
    if (node) return bring(drawing, node);
  }
}

/** Selects a node from elsewhere on the page. */
function bring(drawing, node) {
  byID("picture").scrollIntoView({ block: "nearest" });
  select(drawing, node, true);
}

const tensorLink = (name) => make("button", { class: "link", click: () => selectTensor(name) }, name);

// What is known of a node.

function row(name, ...value) {
  return value.every((part) => part === undefined || part === null || part === "") ? null : make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, ...value));
}

function help(text) { return make("span", { class: "help" }, `help: ${text}`); }

function causes(list) {
  return (list || []).map((cause) => make("p", { class: "cause" }, cause.text, cause.fix ? help(cause.fix) : null));
}

/** An attribute's value; a link where it names a subgraph. */
function attribute(value) {
  const drawing = value.startsWith("@") && drawings.find((drawing) => drawing.graph.id === value.slice(1));
  return drawing ? make("button", { class: "link", click: () => { if (drawing.nodes[0]) select(drawing, drawing.nodes[0], true); } }, value) : value;
}

function show(graph, node) {
  const panel = byID("panel");
  panel.scrollTop = 0;
  panel.replaceChildren(make("h2", {}, node.title), make("p", {}, node.name));
  const op = node.op;
  if (op) {
    panel.append(make("table", {},
      row("operator", `#${op.index}`), row("source layer", op.source), row("kernel", op.kernel),
      op.step_of ? row("time", "computed together with ", tensorLink(op.step_of)) : row("time", op.milliseconds === undefined ? null : milliseconds(op.milliseconds)),
      row("multiply-adds", op.macs ? op.macs.toLocaleString("en") : null),
      ...Object.entries(op.attributes || {}).map(([name, value]) => row(name, attribute(value)))));
  }
  if (op) {
    const reads = [...new Set(op.inputs)].map((id) => graph.tensors[id]).filter((tensor) => !tensor.is_constant);
    if (reads.length) panel.append(make("h3", {}, "reads"), make("table", {}, reads.map((tensor) => row(tensor.element, tensorLink(tensor.name), tensor.scale === undefined ? "" : ` [${number(tensor.scale)}, ${tensor.zero_point}]`))));
  }
  const shown = op ? op.outputs : [node.tensor];
  for (const id of shown) panel.append(...tensorView(graph.tensors[id], "result"));
  if (op) {
    const constants = op.inputs.map((id) => graph.tensors[id]).filter((tensor) => tensor.is_constant);
    for (const tensor of constants) panel.append(...tensorView(tensor, "constant"));
  }
}

/** What there is to say before a node is chosen. */
function overview() {
  const nodes = report.graphs.flatMap((graph) => graph.nodes), kinds = new Map();
  for (const op of nodes) {
    const kind = kinds.get(op.op) || { count: 0, macs: 0, time: 0 };
    kinds.set(op.op, { count: kind.count + 1, macs: kind.macs + (op.macs || 0), time: kind.time + (op.milliseconds || 0) });
  }
  const marks = ["changed", "added", "removed"].map((mark) => [mark, nodes.filter((op) => op.mark === mark).length]).filter(([, count]) => count);
  const [macs, time] = [total(nodes.map((op) => op.macs)), total(nodes.map((op) => op.milliseconds))];
  const cell = (text) => make("td", { class: "number" }, text);
  const head = ["operator", "count", macs ? "multiply-adds" : null, time ? "ms" : null].filter(Boolean);
  byID("panel").replaceChildren(
    make("h2", {}, counted(nodes.length, "operator")),
    make("p", {}, [macs ? `${macs.toLocaleString("en")} multiply-adds` : null, time ? `${milliseconds(time)} a run` : null].filter(Boolean).join(", ")),
    marks.length ? make("p", {}, marks.map(([mark, count]) => `${count} ${mark}`).join(", ")) : "",
    make("p", { class: "help" }, "Click a node for its tensors, or go through the graph with the arrow keys."),
    make("table", { class: "kinds" }, make("tr", {}, head.map((text, i) => make("th", { scope: "col", class: i ? "number" : "" }, text))),
      [...kinds].sort((one, other) => other[1].time - one[1].time || other[1].count - one[1].count).map(([name, kind]) =>
        make("tr", {}, make("td", {}, name), cell(String(kind.count)), macs ? cell(kind.macs ? kind.macs.toLocaleString("en") : "") : null, time ? cell(kind.time ? number(kind.time) : "") : null))));
}

function tensorView(tensor, title) {
  const found = tensor.comparison;
  const parts = [make("h3", {}, `${title} ${tensor.name}`), make("table", {},
    row("type", tensor.type), row("scale", tensor.scale === undefined ? null : `${tensor.scale}, zero point ${tensor.zero_point}`),
    row("range", tensor.low === undefined ? null : range(tensor.low, tensor.high)),
    row("scales", tensor.channel_scales ? `one for each of ${tensor.channel_scales.length} channels` : null),
    ...(found ? [
      row("own error", decibels(found.own_db)), row("inherited", decibels(found.inherited_db)), row("both", decibels(found.snr_db)),
      row("at the outputs", found.at_outputs_db === undefined ? null : `${decibels(found.at_outputs_db)}, if it were the only error`),
      row("in steps", found.error_steps === undefined ? null : number(found.error_steps)),
      row("cosine", number(found.cosine, 6)), row("largest error", number(found.largest)), row("mean error", number(found.mean)),
      row("data", found.data ? range(...found.data) : "no real numbers"),
      row("beyond the range", found.saturation === undefined ? null : number(100 * found.saturation) + " %"),
      row("histograms overlap", found.overlap === undefined ? null : number(100 * found.overlap) + " %"),
      row("codes used", found.codes_used),
      row("dead channels", found.dead_channels && found.dead_channels.length ? found.dead_channels.join(", ") : null),
    ] : []))];
  if (found) parts.push(errorBars(found), ...causes(found.causes));
  if (tensor.histogram) parts.push(histogram(tensor));
  if (tensor.curves) parts.push(curves(tensor));
  if (tensor.channels) parts.push(channels(tensor));
  return parts;
}

function errorBars(found) {
  const bar = (name, value, kind) => make("div", {}, make("span", { class: "bar " + kind, style: `width:${Math.round(220 * severity(value))}px` }), `${name} ${decibels(value)}`);
  return make("div", { role: "img", "aria-label": `own error ${decibels(found.own_db)}, inherited ${decibels(found.inherited_db)}` }, bar("own", found.own_db, "own"), bar("inherited", found.inherited_db, "inherited"));
}

function chart(width, height, title, ...children) {
  return make("figure", {}, make("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title }, ...children), make("figcaption", {}, title));
}

function axis(width, height, lowText, highText, zero) {
  return [make("line", { class: "axis", x1: 0, x2: width, y1: height - 16, y2: height - 16 }),
    make("text", { x: 0, y: height - 3 }, lowText), make("text", { x: width, y: height - 3, "text-anchor": "end" }, highText),
    zero !== undefined && zero > 60 && zero < width - 60 ? [make("line", { class: "axis", x1: zero, x2: zero, y1: height - 16, y2: height - 11 }), make("text", { x: zero, y: height - 3, "text-anchor": "middle" }, "0")] : null].flat();
}

/** Where a tensor's numbers stand in its charts, which have one axis, and the lines at the ends of its range. */
function scaleOf(tensor, width, height) {
  const { low, high } = tensor.histogram;
  const place = (value) => (width * (value - low)) / (high - low || 1);
  const chosen = [tensor.low, tensor.high].filter((end) => end !== undefined && end >= low && end <= high)
    .map((end) => make("line", { class: "chosen", x1: place(end), x2: place(end), y1: 0, y2: height - 16 }));
  return { place, chosen, axis: axis(width, height, number(low), number(high), place(0)) };
}

function histogram(tensor) {
  const { counts, found } = tensor.histogram;
  const [width, height] = [380, 130], step = width / counts.length, most = Math.log1p(Math.max(...counts, ...(found || []))) || 1;
  const tall = (count) => ((height - 24) * Math.log1p(count)) / most;
  const { chosen, axis } = scaleOf(tensor, width, height);
  const parts = counts.map((count, i) => (count ? make("rect", { x: i * step, width: Math.max(step - 0.5, 0.5), y: height - 16 - tall(count), height: tall(count), fill: "var(--real)", opacity: 0.45 }) : null));
  if (found) parts.push(make("path", { d: found.map((count, i) => `${i ? "L" : "M"}${i * step},${height - 16 - tall(count)}h${step}`).join(""), fill: "none", stroke: "var(--int8)", "stroke-width": 1.5 }));
  const words = [found ? "numbers of the reference (bars), of this model (line)" : report.comparison && !tensor.is_constant ? "numbers of the reference" : "its numbers"];
  if (chosen.length) words.push("the range chosen (dashed)");
  return chart(width, height, words.join(", ") + "; counts as logarithms", ...parts, ...chosen, ...axis);
}

function curves(tensor) {
  const { thresholds, mse, kl } = tensor.curves;
  const [width, height] = [380, 130];
  const { place, chosen, axis } = scaleOf(tensor, width, height);
  const line = (list, style) => {
    const real = list.filter((value) => value > 0);
    if (real.length < 2) return [];
    const [least, most] = [Math.log(Math.min(...real)), Math.log(Math.max(...real))];
    const y = (value) => 4 + ((height - 28) * (most - Math.log(value))) / (most - least || 1);
    // Lower ends and upper ones are lines of their own.
    return [-1, 1].map((side) => {
      const points = list.map((value, i) => (value > 0 && thresholds[i] * side > 0 ? [place(thresholds[i]), y(value)] : null)).filter(Boolean);
      return points.length ? make("path", { d: "M" + points.join("L"), fill: "none", ...style }) : null;
    });
  };
  const ends = [-1, 1].map((side) => {
    const places = thresholds.map((end, i) => i).filter((i) => thresholds[i] * side > 0);
    const best = places.length ? places.reduce((one, other) => (mse[other] < mse[one] ? other : one)) : null;
    return best === null ? null : number(thresholds[best]);
  }).filter(Boolean);
  return chart(width, height, `error if the range ended elsewhere, as logarithms: mean square with the other end kept (solid; ${range(Math.min(...mse), Math.max(...mse))}, least at ${ends.join(" and ")})` + (kl ? "; KL divergence if cut on both sides (dashed)" : ""),
    ...line(mse, { stroke: "var(--int8)", "stroke-width": 2 }), ...line(kl || [], { stroke: "var(--other)", "stroke-width": 2, "stroke-dasharray": "6 4" }),
    ...chosen, ...axis);
}

function channels(tensor) {
  const { low, high } = tensor.channels, scales = tensor.channel_scales, [width, height] = [380, 120], step = width / low.length;
  const ends = [Math.min(0, ...low), Math.max(0, ...high)];
  const y = (value) => 10 + ((height - 28) * (ends[1] - value)) / (ends[1] - ends[0] || 1);
  // Of int8 with zero point 0.
  const held = scales && /^i8/.test(tensor.type) ? scales.map((scale) => 127 * scale) : null;
  const mark = (sign) => held && make("path", { d: held.map((end, i) => { const value = sign * end; return value >= ends[0] && value <= ends[1] ? `M${i * step},${y(value)}h${step}` : ""; }).join(""), stroke: "var(--bad)", "stroke-width": 1.5, fill: "none" });
  return chart(width, height, `numbers of each of ${low.length} channels, least to largest` + (held ? "; what the channel's scale holds (lines)" : ""),
    ...low.map((value, i) => make("rect", { x: i * step, width: Math.max(step - 0.3, 0.4), y: y(high[i]), height: Math.max(0.5, y(value) - y(high[i])), fill: "var(--real)", opacity: 0.6 }, make("title", {}, `channel ${i}: ${range(value, high[i])}` + (scales ? `, scale ${number(scales[i])}` : "")))),
    mark(1), mark(-1), make("line", { class: "axis", x1: 0, x2: width, y1: y(0), y2: y(0) }), make("text", { x: 0, y: 9 }, number(ends[1])), ...axis(width, height, `${number(ends[0])}, channel 0`, String(low.length - 1)));
}

// Below the graph.

function findings() {
  const section = byID("findings"), comparison = report.comparison;
  if (comparison) {
    section.append(make("h2", {}, "Outputs"), make("p", {}, comparison.outputs.map((output) =>
      `${output.name}: ${decibels(output.snr_db)}` + (output.same_top1 === undefined ? "" : `, same top-1 on ${output.same_top1} of ${comparison.samples}`)).join("; ")
      + (comparison.boxes ? `; boxes: ${comparison.boxes.kept} kept, ${comparison.boxes.lost} lost, ${comparison.boxes.added} new` : "")));
    if (comparison.with_subgraphs) section.append(make("p", {}, `Not looked into, their results alone: ${comparison.with_subgraphs.join("; ")}`));
    if (comparison.causes.length) section.append(make("h2", {}, "Wrong with no single layer"), ...causes(comparison.causes));
    const byName = new Map(report.graphs[0].tensors.map((tensor) => [tensor.name, tensor]));
    const head = [["", ""], ["tensor", ""], ["own error", "number"], ["at outputs", "number"], ["total", "number"], ["why", ""]];
    section.append(make("h2", {}, "What to look at first"), make("div", { class: "wide" }, make("table", { id: "worst" },
      make("tr", {}, head.map(([text, kind]) => make("th", { scope: "col", class: kind }, text))), comparison.ranking.slice(0, 10).map((name, place) => {
        const tensor = byName.get(name), found = tensor && tensor.comparison;
        return found ? make("tr", {}, make("td", {}, String(place + 1)), make("td", {}, tensorLink(name)),
          make("td", { class: "number" }, decibels(found.own_db)), make("td", { class: "number" }, found.at_outputs_db === undefined ? "" : decibels(found.at_outputs_db)),
          make("td", { class: "number" }, decibels(found.snr_db)), make("td", {}, causes(found.causes))) : null;
      }))));
  }
  if (report.diagnostics && report.diagnostics.length)
    section.append(make("h2", {}, "Diagnostics"), ...report.diagnostics.map((diagnostic) => {
      const hit = diagnostic.place && find((node) => node.op && node.op.source === diagnostic.place);
      return make("p", { class: "cause" }, make("b", {}, `${diagnostic.severity} ${diagnostic.code} `), diagnostic.message,
        diagnostic.place ? [" (", hit ? make("button", { class: "link", click: () => bring(hit.drawing, hit.node) }, diagnostic.place) : diagnostic.place, ")"] : null,
        (diagnostic.notes || []).map((note) => make("span", { class: "help" }, note)), diagnostic.helps.map(help));
    }));
}

function depth() {
  if (!report.comparison) return;
  const graph = report.graphs[0];
  const list = graph.nodes.flatMap((op) => op.outputs.map((id) => graph.tensors[id])).filter((tensor) => tensor.comparison);
  if (list.length < 2) return;
  const step = Math.max(8, Math.min(40, 1240 / list.length)), left = 44, [width, height] = [left + step * list.length + 6, 250];
  const x = (i) => left + step * (i + 0.5), y = (v) => 10 + ((height - 40) * v) / 60;
  const of = (key) => list.map((tensor) => level(tensor.comparison[key]));
  const ticks = [0, 10, 20, 30, 40, 50, 60].flatMap((v) => [make("line", { class: "axis", x1: left, x2: width, y1: y(v), y2: y(v) }), make("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, `${v} dB`)]);
  const own = of("own_db").map((value, i) => (value < 60 ? [make("line", { x1: x(i), x2: x(i), y1: y(60), y2: y(value), stroke: "var(--own)", "stroke-width": 2 }), make("circle", { cx: x(i), cy: y(value), r: 4, fill: "var(--own)" })] : [])).flat();
  byID("charts").append(make("h2", {}, "Error along the depth"), make("div", { class: "wide" }, make("svg", { class: "chart", style: "max-width:none", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "own and total error of each tensor" },
    ...ticks, make("path", { d: "M" + of("snr_db").map((value, i) => [x(i), y(value)]).join("L"), fill: "none", stroke: "var(--real)", "stroke-width": 2, "stroke-dasharray": "6 4" }), ...own,
    make("text", { x: left, y: height - 6 }, "first"), make("text", { x: width - 6, y: height - 6, "text-anchor": "end" }, "last"),
    ...list.map((tensor, i) => make("rect", { class: "hit", x: x(i) - step / 2, width: step, y: 0, height: y(60), click: () => selectTensor(tensor.name) }, make("title", {}, `${tensor.name}: own ${decibels(tensor.comparison.own_db)}, total ${decibels(tensor.comparison.snr_db)}`))))),
    make("p", { class: "help" }, "Signal to noise of each tensor in the order of the model: the operator's own error (bars with circles) and all errors so far (dashed). Higher is worse: at 0 dB noise is as strong as the signal, from 60 dB on nothing is drawn."));
}

function overlap(one, other) {
  const side = (a, length, b, size) => Math.max(0, Math.min(a + length, b + size) - Math.max(a, b));
  const both = side(one.x, one.width, other.x, other.width) * side(one.y, one.height, other.y, other.height);
  return both / (one.width * one.height + other.width * other.height - both || 1);
}

/** A picture's boxes; those that the other model has not are dashed. */
function boxes(picture, list, others, missing) {
  const unit = picture.width / 620, size = 15 * unit, taken = [], left = [...(others || [])], frames = [], labels = [];
  for (const box of list) {
    const match = left.findIndex((other) => other.label === box.label && overlap(box, other) >= 0.5);
    if (match >= 0) left.splice(match, 1);
    const isAlone = others && match < 0, text = `${box.label} ${box.score.toFixed(2)}${isAlone ? " " + missing : ""}`;
    const label = { x: Math.max(0, box.x), y: Math.max(0, box.y - size * 1.2), width: text.length * size * 0.6, height: size * 1.2 };
    while (taken.some((other) => overlap(label, other) > 0)) label.y += size * 1.25;
    taken.push(label);
    const frame = (color, width) => make("rect", { x: box.x, y: box.y, width: box.width, height: box.height, fill: "none", stroke: color, "stroke-width": width * unit, "stroke-dasharray": isAlone ? `${9 * unit} ${6 * unit}` : null });
    frames.push(frame("#000", 5), frame("#ffd400", 3));
    labels.push(make("rect", { ...label, fill: "#000", opacity: 0.7 }), make("text", { x: label.x + 2 * unit, y: label.y + size * 0.95, fill: "#ffd400", style: `font:bold ${size}px sans-serif` }, text));
  }
  return [...frames, ...labels];
}

function pictures() {
  if (!report.pictures || !report.pictures.length) return;
  const section = byID("pictures");
  section.append(make("h2", {}, "Detections"));
  for (const picture of report.pictures) {
    const sides = picture.reference ? [["reference", picture.reference, picture.found, "lost"], ["this model", picture.found, picture.reference, "new"]] : [["found", picture.found, null, ""]];
    section.append(make("div", { class: sides.length > 1 ? "pair" : "pair single" }, sides.map(([title, list, others, missing]) =>
      make("figure", {}, make("div", { class: "photo" }, make("img", { src: picture.data, alt: picture.name }), make("svg", { viewBox: `0 0 ${picture.width} ${picture.height}`, "aria-hidden": "true" }, boxes(picture, list, others, missing))),
        make("figcaption", {}, `${picture.name}, ${title}: ${list.map((box) => `${box.label} ${box.score.toFixed(2)}`).join(", ") || "nothing"}`)))));
  }
}

/** All operators as a table, made when it is opened. */
function lists() {
  for (const graph of report.graphs) {
    const details = make("details", {}, make("summary", {}, `All operators` + (report.graphs.length > 1 ? ` of ${graph.name}` : "")));
    details.addEventListener("toggle", () => {
      if (details.childElementCount > 1) return;
      const has = (test) => graph.nodes.some((op) => op.outputs.some((id) => test(op, graph.tensors[id])));
      const columns = [
        ["#", "number", (op) => String(op.index)], ["operator", "", (op) => op.op], ["tensor", "", (op, tensor) => tensorLink(tensor.name)], ["type", "", (op, tensor) => tensor.type],
        has((op, tensor) => tensor.scale !== undefined) && ["scale, zero point", "", (op, tensor) => (tensor.scale === undefined ? "" : `${number(tensor.scale)}, ${tensor.zero_point}`)],
        has((op, tensor) => tensor.scale !== undefined) && ["range", "", (op, tensor) => (tensor.low === undefined ? "" : range(tensor.low, tensor.high))],
        has((op, tensor) => tensor.comparison) && ["own error", "number", (op, tensor) => (tensor.comparison ? decibels(tensor.comparison.own_db) : "")],
        has((op, tensor) => tensor.comparison) && ["total", "number", (op, tensor) => (tensor.comparison ? decibels(tensor.comparison.snr_db) : "")],
        has((op) => op.kernel) && ["kernel", "", (op) => op.kernel || ""], has((op) => op.kernel) && ["ms", "number", (op) => number(op.milliseconds)],
      ].filter(Boolean);
      details.append(make("div", { class: "wide" }, make("table", {}, make("tr", {}, columns.map(([name, kind]) => make("th", { scope: "col", class: kind }, name))),
        graph.nodes.flatMap((op) => op.outputs.map((id) => make("tr", {}, columns.map(([, kind, value]) => make("td", { class: kind }, value(op, graph.tensors[id])))))))));
    });
    byID("lists").append(details);
  }
}

// Search, pointer and keys.

let hits = [], hit = -1;

function search(text) {
  const words = text.trim().toLowerCase();
  [hits, hit] = [[], -1];
  for (const drawing of drawings)
    for (const node of drawing.nodes) {
      const tensor = node.tensor === undefined ? null : drawing.graph.tensors[node.tensor];
      const all = [node.title, node.name, node.mark, tensor && tensor.element, ...(node.op ? [node.op.source, node.op.kernel, ...node.op.outputs.map((id) => drawing.graph.tensors[id].name), ...node.op.inputs.map((id) => drawing.graph.tensors[id]).filter((input) => input.is_constant).map((input) => input.name)] : [])];
      const isHit = words !== "" && all.filter(Boolean).join(" ").toLowerCase().includes(words);
      node.element.classList.toggle("found", isHit);
      if (isHit) hits.push({ drawing, node });
    }
  byID("found").textContent = words === "" ? "" : `${hits.length} found`;
}

function nextHit(step) {
  if (!hits.length) return;
  hit = (hit + step + hits.length) % hits.length;
  byID("found").textContent = `${hit + 1} of ${hits.length}`;
  select(hits[hit].drawing, hits[hit].node, true);
}

function step(key) {
  if (!current) {
    if (drawings[0].nodes[0]) select(drawings[0], drawings[0].nodes[0], true);
    return;
  }
  const { drawing, node } = current;
  const next = {
    ArrowDown: () => node.outs[0]?.to, ArrowUp: () => node.ins[0]?.from,
    ArrowRight: () => drawing.nodes[node.place + 1], ArrowLeft: () => drawing.nodes[node.place - 1],
  }[key]();
  if (next) select(drawing, next, true);
}

function move(x, y) {
  view.x += x;
  view.y += y;
  apply();
}

byID("title").textContent = report.title;
document.title = report.title;
findings();
depth();
pictures();
lists();
const worst = () => { if (report.comparison && report.comparison.ranking.length) selectTensor(report.comparison.ranking[0]); };
byID("first").hidden = !report.comparison || !report.comparison.ranking.length;
byID("first").addEventListener("click", worst);
byID("zoom-in").addEventListener("click", () => zoom(1.3));
byID("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
byID("fit").addEventListener("click", fit);
byID("search").addEventListener("input", (event) => search(event.target.value));
byID("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") nextHit(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") { event.target.value = ""; search(""); svg.focus(); }
});
svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = svg.getBoundingClientRect();
  zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
// One pointer moves the picture, two zoom it.
const pointers = new Map();
let dragged = false, grip = [0, 0];
const middle = () => [...pointers.values()].reduce(([x, y], point) => [x + point[0] / pointers.size, y + point[1] / pointers.size], [0, 0]);
const spread = () => { const [one, other] = [...pointers.values()]; return other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : 0; };
svg.addEventListener("pointerdown", (event) => {
  if (!pointers.size) [dragged, grip] = [false, [event.clientX, event.clientY]];
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
});
window.addEventListener("pointermove", (event) => {
  if (!pointers.has(event.pointerId)) return;
  const [before, distance] = [middle(), spread()];
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  const after = middle();
  dragged = dragged || pointers.size > 1 || Math.hypot(after[0] - grip[0], after[1] - grip[1]) > 4;
  move(after[0] - before[0], after[1] - before[1]);
  const box = svg.getBoundingClientRect();
  if (distance && spread()) zoom(spread() / distance, after[0] - box.left, after[1] - box.top);
});
for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, (event) => pointers.delete(event.pointerId));
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
  const isGraph = event.target === svg;
  const keys = { "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fit, "/": () => byID("search").focus(), w: worst, Escape: () => svg.focus() };
  if (isGraph) keys.Enter = () => byID("panel").focus();
  if (event.key in keys) { event.preventDefault(); keys[event.key](); }
  if (!isGraph || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const moves = { ArrowDown: [0, -80], ArrowUp: [0, 80], ArrowRight: [-80, 0], ArrowLeft: [80, 0] };
  if (event.shiftKey) move(...moves[event.key]);
  else step(event.key);
});
overview();
open();
if (report.comparison) worst();
