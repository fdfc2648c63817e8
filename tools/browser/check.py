"""See tools/browser/check."""
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jsonschema import Draft202012Validator
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 3.0


def octet(program, *arguments):
    subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)


def chain(count):
    """A model of so many operators, as text IR."""
    lines = ["octet-ir 1", f"graph @main(%x: f32[1,8]) -> (%v{count}) {{"]
    for index in range(1, count + 1):
        before = "%x" if index == 1 else f"%v{index - 1}"
        op = "leaky_relu" if index % 2 else "tanh"
        lines.append(f"%v{index} = {op}({before})" + (" {alpha = 0.5}" if index % 2 else ""))
    return "\n".join(lines + ["}"]) + "\n"


LOOP = """octet-ir 1
graph @main(%x: f32[1,8], %n: i32[]) -> (%y) {
  graph @more(%i: i32[], %m: i32[], %v: f32[1,8]) -> (%go) {
    %go = less(%i, %m)
  }
  graph @turn(%i: i32[], %m: i32[], %v: f32[1,8]) -> (%next, %m, %z) {
    %one = const [1] : i32[]
    %next = add(%i, %one)
    %z = tanh(%v)
  }
  %zero = const [0] : i32[]
  %end, %last, %y = while(%zero, %n, %x) {condition = @more, body = @turn}
}
"""

# What is drawn over something else: nodes, and the words below them.
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".node .body, rect.ground")].map((shape) => shape.getBoundingClientRect());
  boxes.sort((one, other) => one.top - other.top);
  let found = 0;
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom - 1; j++)
      if (boxes[i].left < boxes[j].right - 1 && boxes[j].left < boxes[i].right - 1) found++;
  return found;
}"""


def reports(program, folder):
    """The pages to look at, with their JSON."""
    samples = ROOT / "samples"
    lenet, yolo = samples / "01-mnist-lenet", samples / "02-yolo"
    nets = {
        "lenet": ([lenet / "lenet.prototxt"], lenet / "lenet.caffemodel", lenet / "digits", ["--preprocess", "scale=1/256"]),
        "yolo": ([yolo / "digits.cfg"], yolo / "digits.weights", yolo / "calibration", []),
    }
    pages = {}
    for name, (net, weights, data, more) in nets.items():
        int8, found = folder / f"{name}8.tflite", folder / f"{name}.json"
        octet(program, "convert", *net, "--weights", weights, "--int8", "--calibration-data", data, "--samples", 40, *more, "-o", int8)
        octet(program, "compare", *net, int8, "--weights-a", weights, "--data", data, "--samples", 8, "-o", found)
        pages[name] = found
    octet(program, "report", folder / "lenet8.tflite", "-o", folder / "model.json")
    pages["model"] = folder / "model.json"
    octet(program, "report", folder / "yolo8.tflite", "--data", yolo / "test", "--samples", 4, "--labels", yolo / "digits.names", "-o", folder / "seen.json")
    pages["seen"] = folder / "seen.json"
    (folder / "loop.oct").write_text(LOOP)
    octet(program, "report", folder / "loop.oct", "-o", folder / "loop.json")
    pages["loop"] = folder / "loop.json"
    (folder / "chain.oct").write_text(chain(1000))
    octet(program, "report", folder / "chain.oct", "-o", folder / "chain.json")
    pages["chain"] = folder / "chain.json"
    for name, source in pages.items():
        octet(program, "report", source, "-o", folder / f"{name}.html")
    return pages


def require(holds, what):
    print(("ok    " if holds else "FAILS ") + what)
    return bool(holds)


def differs(one, other):
    return one != other


def look(browser, name, page_path, data, scheme):
    """Whether a page does what it should."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000}, color_scheme=scheme)
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if request.url.startswith("http") else None)
    start = time.monotonic()
    page.goto(page_path.as_uri())
    seconds = time.monotonic() - start
    graph = data["graphs"][0]
    count = sum(len(graph[part]) for graph in data["graphs"] for part in ("nodes", "inputs", "outputs"))
    holds = [
        require(seconds < MOST_SECONDS, f"{name} {scheme}: loads in {seconds:.2f} s"),
        require(page.locator(".node").count() == count, f"{name}: {count} nodes are drawn"),
    ]
    holds.append(require(page.evaluate(OVERLAPS) == 0, f"{name}: nothing is drawn over another"))
    last = graph["tensors"][graph["nodes"][-1]["outputs"][0]]["name"]
    before = page.locator("#graph").screenshot()
    page.keyboard.press("/")
    page.keyboard.type(last)
    holds.append(require(page.locator(".node.found").count() >= 1, f"{name}: search finds '{last}'"))
    page.keyboard.press("Enter")
    holds.append(require(last in page.locator("#panel").inner_text(), f"{name}: Enter opens it"))
    holds.append(require(differs(before, page.locator("#graph").screenshot()), f"{name}: the picture moves there"))
    page.locator("#graph").focus()
    shown = page.locator("#panel").inner_text()
    page.keyboard.press("ArrowUp")
    holds.append(require(differs(shown, page.locator("#panel").inner_text()), f"{name}: the arrow goes to what it reads"))
    target = page.locator(".node.found").last
    target.click()
    holds.append(require("selected" in (target.get_attribute("class") or ""), f"{name}: a click selects"))
    if "comparison" in data:
        rows = min(10, len(data["comparison"]["ranking"]))
        holds.append(require(page.locator("#worst tr").count() == rows + 1, f"{name}: the worst {rows} have causes"))
        page.locator("#first").click()
        worst = data["comparison"]["ranking"][0]
        holds.append(require(worst in page.locator("#panel").inner_text(), f"{name}: 'worst' opens '{worst}'"))
        holds.append(require(page.locator("#panel svg.chart").count() >= 2, f"{name}: histogram and calibration curves"))
        holds.append(require(page.locator("#charts circle").count() > 3, f"{name}: the error along the depth"))
    if data.get("pictures"):
        sides = sum(1 + ("reference" in picture) for picture in data["pictures"])
        holds.append(require(page.locator(".photo img").count() == sides, f"{name}: pictures with what each model finds"))
        boxes = sum(len(picture.get(side, [])) for picture in data["pictures"] for side in ("reference", "found"))
        holds.append(require(page.locator(".photo text").count() == boxes, f"{name}: {boxes} boxes are drawn"))
        sizes = page.eval_on_selector_all(".photo img", "list => list.map((image) => image.naturalWidth)")
        holds.append(require(all(size > 0 for size in sizes), f"{name}: pictures are shown"))
    histograms = {tensor["name"] for tensor in graph["tensors"] if "histogram" in tensor and not tensor.get("is_constant")}
    if name == "seen":
        holds.append(require(len(histograms) > 20 and page.evaluate("(name) => { selectTensor(name); return document.querySelectorAll('#panel svg.chart').length; }", sorted(histograms)[0]) > 0, f"{name}: tensors have histograms"))
    if len(data["graphs"]) > 1:
        page.evaluate("selectTensor('y')")
        page.locator("#panel .link", has_text="@turn").click()
        holds.append(require("next" in page.evaluate("drawings[2].nodes.map((node) => node.name)") and page.evaluate("current.drawing === drawings[2]"), f"{name}: a loop leads to its body"))
    page.locator("#lists summary").first.click()
    page.locator("#lists tr").first.wait_for()
    results = sum(len(node["outputs"]) for node in graph["nodes"])
    holds.append(require(page.locator("#lists details").first.locator("tr").count() == results + 1, f"{name}: all {results} results are listed"))
    page.locator("#lists .link").last.click()
    top = page.locator("#graph").bounding_box()["y"]
    holds.append(require(0 <= top < 200, f"{name}: a link in the list brings the graph into sight"))
    page.set_viewport_size({"width": 420, "height": 900})
    holds.append(require(page.evaluate("document.documentElement.scrollWidth") <= 420, f"{name}: fits a narrow window"))
    page.set_viewport_size({"width": 1400, "height": 1000})
    holds.append(require(not problems, f"{name} {scheme}: no console errors, no network {problems[:3]}"))
    shot = page.screenshot()
    page.close()
    return all(holds), shot


def main():
    program = str(Path(sys.argv[1]).resolve())
    folder = Path(tempfile.mkdtemp())
    schema = Draft202012Validator(json.loads((ROOT / "schemas/report.schema.json").read_text()))
    holds = []
    try:
        pages = reports(program, folder)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, source in pages.items():
                data = json.loads(source.read_text())
                errors = [f"{list(error.path)}: {error.message[:100]}" for error in schema.iter_errors(data)]
                holds.append(require(not errors, f"{name}: the JSON fits its schema {errors[:3]}"))
                (light, one), (dark, other) = [look(browser, name, folder / f"{name}.html", data, scheme) for scheme in ("light", "dark")]
                holds += [light, dark, require(differs(one, other), f"{name}: light and dark differ")]
            browser.close()
    finally:
        shutil.rmtree(folder)
    sys.exit(0 if all(holds) else 1)


main()
