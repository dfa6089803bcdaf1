// Looks at the page as it is laid out now. Returns what a reader would stumble over: `{kind, where, detail}`, each kind once for each place.
(width => {
  const SMALLEST = 12; // CSS pixels
  const SLACK = 1.5; // CSS pixels of rounding
  const NARROWEST = 320; // CSS pixels
  const root = document.documentElement;

  const visibleWidth = Math.min(width, root.clientWidth);
  // A drawing is as wide as a narrow page; a scrollbar that takes room, or its gutter, makes both narrower than any screen is.
  const shrunk = Math.min(1, root.getBoundingClientRect().width / NARROWEST);
  const found = new Map();

  const place = element => {
    const steps = [];
    for (let at = element; at && at !== document.body && steps.length < 3; at = at.parentElement) {
      const classes = [...at.classList].filter(name => !/\d/.test(name)).map(name => "." + name).join("");
      steps.unshift(at.localName + classes);
    }
    return steps.join(" > ");
  };
  const report = (kind, element, detail) => {
    const where = place(element);
    const key = kind + "\n" + where;
    if (!found.has(key)) found.set(key, { kind, where, detail });
  };
  const quote = text => "“" + text.trim().replace(/\s+/g, " ").slice(0, 40) + "”";
  const round = number => Math.round(number * 10) / 10;
  const styles = new Map();
  const style = element => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const cuts = value => value === "hidden" || value === "clip";
  const scrolls = value => value === "auto" || value === "scroll";

  // What only screen readers should find is a box of a pixel, or clipped to nothing.
  const isForEars = element => {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const { width, height } = at.getBoundingClientRect();
      if (cuts(style(at).overflowX) && (width <= 1 || height <= 1)) return true;
      if (/inset\(50%|inset\(100%|rect\(0/.test(style(at).clipPath)) return true;
    }
    return false;
  };

  // The part of a box that shows, or can be scrolled to within a block of the page. Says how much of it is cut off for good.
  const visible = (element, box) => {
    const seen = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    const lost = { x: 0, y: 0, by: null };
    let [freeX, freeY] = [true, true];
    for (let at = element; at && at !== root && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY, position } = style(at);
      if (overflowX !== "visible" || overflowY !== "visible") {
        const frame = at.getBoundingClientRect();
        const [outX, outY] = [
          Math.max(frame.left - seen.left, seen.right - frame.right),
          Math.max(frame.top - seen.top, seen.bottom - frame.bottom),
        ];
        if (freeX && cuts(overflowX) && outX > lost.x) { lost.x = outX; lost.by = at; }
        if (freeY && cuts(overflowY) && outY > lost.y) { lost.y = outY; lost.by = at; }
        if (scrolls(overflowX)) freeX = false;
        if (scrolls(overflowY)) freeY = false;
        if (overflowX !== "visible") [seen.left, seen.right] = [Math.max(seen.left, frame.left), Math.min(seen.right, frame.right)];
        if (overflowY !== "visible") [seen.top, seen.bottom] = [Math.max(seen.top, frame.top), Math.min(seen.bottom, frame.bottom)];
      }
      if (position === "fixed") break;
    }
    return { seen, lost, freeX };
  };

  const scale = element => {
    const matrix = element.getScreenCTM?.();
    return matrix ? Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c)) : 1;
  };

  if (matchMedia("(scripting: enabled)").matches) {
    for (const model of document.querySelectorAll("graven-model:has(.still)")) report("a model does not start", model, model.id);
  }

  const lines = [];
  const range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || /^(script|style|template|noscript|title|desc|option|annotation)$/.test(element.localName)) continue;
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) || isForEars(element)) continue;
    range.selectNodeContents(node);
    const isDrawn = element instanceof SVGElement;
    const boxes = isDrawn ? [element.getBoundingClientRect()] : [...range.getClientRects()];
    const shown = boxes.filter(box => box.width > 0.5 && box.height > 0.5 && box.right > 0 && box.bottom + scrollY > 0);
    if (!shown.length) continue;

    const size = parseFloat(style(element).fontSize) * (isDrawn ? scale(element) : 1);
    if (size < SMALLEST * (isDrawn ? shrunk : 1) - 0.05) report("text below 12 px", element, `${round(size)} px: ${quote(node.data)}`);

    for (const box of shown) {
      const { seen, lost, freeX } = visible(element, box);
      const room = size * 0.4; // a box of text is taller than its letters
      if (lost.x > SLACK || lost.y > room) {
        report("clipped text", element, `${quote(node.data)} by ${place(lost.by)}, ${round(lost.x)} and ${round(lost.y)} px`);
      }
      if (freeX && (box.left < -SLACK || box.right > visibleWidth + SLACK)) {
        report("text outside the page", element, `${quote(node.data)} from ${round(box.left)} to ${round(box.right)} px`);
      }
      if (seen.right > seen.left && seen.bottom > seen.top) lines.push({ element, text: node.data, ...seen, size });
    }
  }

  // Two texts on top of each other. Boxes of neighbouring lines may touch; letters may not.
  lines.sort((one, other) => one.top - other.top);
  lines.forEach((one, index) => {
    for (let next = index + 1; next < lines.length && lines[next].top < one.bottom; next += 1) {
      const other = lines[next];
      const deep = Math.min(one.bottom, other.bottom) - other.top;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const isMath = one.element.closest("math") && other.element.closest("math");
      // The letter of a dot moves with it, past others.
      const moves = [one, other].some(line => line.element.matches("graven-model svg .paper"));
      const floats = ["fixed", "sticky"].some(kind => [one, other].some(line => line.element.closest("header, nav, dialog, [popover]") && style(line.element.closest("header, nav, dialog, [popover]")).position === kind));
      if (wide > 3 && deep > 0.6 * Math.min(one.size, other.size) && !isMath && !moves && !floats) {
        report("text on text", other.element, `${quote(other.text)} on ${quote(one.text)} (${place(one.element)})`);
      }
    }
  });

  if (root.scrollWidth > visibleWidth + 1) {
    const wide = [...document.body.querySelectorAll("*")].filter(element => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > visibleWidth + 1 && visible(element, box).freeX;
    });
    const deepest = wide.filter(element => !wide.some(other => other !== element && element.contains(other)));
    report("sideways scroll", deepest[0] ?? document.body, `${root.scrollWidth} px of ${visibleWidth}`);
  }

  const [head, list, text] = [".head", ".contents", ".prose"].map(name => document.querySelector(`article > ${name}`));
  if (head && list && text) {
    const [title, margin, prose] = [head, list, text].map(element => element.getBoundingClientRect());
    const blank = prose.top - title.bottom - parseFloat(style(head).marginBottom);
    if (margin.left >= title.right && blank > SLACK) report("text below the contents in the margin", text, `${round(blank)} px`);
  }

  for (const image of document.images) {
    if (image.complete && image.naturalWidth === 0 && image.src) report("broken picture", image, image.src);
  }
  return [...found.values()];
})
