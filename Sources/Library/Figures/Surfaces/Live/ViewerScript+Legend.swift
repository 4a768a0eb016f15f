extension ViewerScript {
    /// The color bar, and the chart of what was clicked.
    static let legend = #"""
        function element(kind, style, text) {
            const made = document.createElement(kind);
            Object.assign(made.style, style || {});
            if (text !== undefined) made.textContent = text;
            return made;
        }

        function drawing(kind, attributes, text) {
            const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
            for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
            if (text !== undefined) made.textContent = text;
            return made;
        }

        function roundTicks(low, high, count) {
            const rough = (high - low) / count, power = Math.pow(10, Math.floor(Math.log10(rough)));
            const step = [1, 2, 2.5, 5, 10].map(k => k * power).find(step => rough <= step * 1.0001), ticks = [];
            for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(k * step);
            const more = step / power === 2.5 ? 1 : 0, size = Math.max(Math.abs(low), Math.abs(high));
            // Small numbers and large ones are told by their powers of ten.
            const byPower = size < 1e-6 || size >= 1e15;
            const digits = Math.max(0, Math.min(15, Math.ceil(-Math.log10(byPower ? step / size : step) - 1e-9) + more));
            return ticks.map(value => ({value, text: value && byPower ? value.toExponential(digits) : value.toFixed(byPower ? 0 : digits)}));
        }

        // The scale as SVG: a bar or, for two values, a square.
        function legendOf(view) {
            const pair = !!view.second, [low, high] = map.domain, height = pair ? 150 : 210;
            const svg = drawing("svg", {width: 120, height, "font-size": 11, fill: "currentColor", "font-family": "inherit"});
            const canvas = document.createElement("canvas"), [w, h] = pair ? [64, 64] : [1, 256];
            canvas.width = w; canvas.height = h;
            const brush = canvas.getContext("2d");
            for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
                const color = pair ? colorAt(view, x / (w - 1), 1 - y / (h - 1)) : colorAt(view, 1 - y / (h - 1), 0);
                brush.fillStyle = `rgb(${color.map(Math.round).join(",")})`;
                brush.fillRect(x, y, 1, 1);
            }
            brush.font = "11px Arial, Liberation Sans, sans-serif";
            const fits = width => text => brush.measureText(text).width <= width;
            const title = wrap(map.valueTitle, fits(116)), across = pair ? wrap(view.layers[0].name || "first", fits(76)) : [];
            // There is room for two lines of the title and one below the square; more make the legend longer.
            const lower = 12 * Math.max(0, title.length - 2), box = pair ? [44, 22 + lower, 76, 76] : [2, 24 + lower, 13, 176];
            svg.setAttribute("height", height + lower + 12 * Math.max(0, across.length - 1));
            svg.style.overflow = "visible";
            title.forEach((line, i) => svg.append(drawing("text", {x: 0, y: 10 + 12 * i}, line)));
            svg.append(drawing("image", {x: box[0], y: box[1], width: box[2], height: box[3], preserveAspectRatio: "none", href: canvas.toDataURL()}));
            for (const tick of roundTicks(low, high, pair ? 2 : 4)) {
                const part = (tick.value - low) / (high - low), y = box[1] + box[3] * (1 - part);
                if (pair) {
                    svg.append(drawing("text", {x: box[0] + box[2] * part, y: box[1] + box[3] + 13, "text-anchor": "middle"}, tick.text));
                    svg.append(drawing("text", {x: box[0] - 4, y: y + 4, "text-anchor": "end"}, tick.text));
                } else {
                    const isZero = tick.value === 0 && low < 0;
                    svg.append(drawing("path", {d: isZero ? `M0 ${y}H19` : `M15 ${y}h3`, stroke: "currentColor", "stroke-width": isZero ? 1.5 : 1}));
                    svg.append(drawing("text", {x: 21, y: y + 4}, tick.text));
                }
            }
            if (pair) {
                across.forEach((line, i) => svg.append(drawing("text", {x: box[0], y: box[1] + box[3] + 28 + 12 * i}, line)));
                // Beside the square there is room for one line.
                const name = view.second.name || "second", parts = wrap(name, fits(box[3] + (map.valueTitle ? 0 : 18)));
                const up = drawing("text", {transform: `translate(12 ${box[1] + box[3]}) rotate(-90)`}, parts.length > 1 ? parts[0].slice(0, -1) + "\u2026" : name);
                up.append(drawing("title", {}, name));
                svg.append(up);
            }
            return svg;
        }

        // A bar for each region, the highest first; a click selects it, here and wherever the page shows it.
        function barsOf(view, layer, selected, chosen) {
            const means = map.regions.means[layer], known = means.map((mean, r) => r).filter(r => Number.isFinite(means[r] ?? NaN));
            known.sort((a, b) => means[b] - means[a]);
            const low = known.reduce((least, r) => Math.min(least, means[r]), 0), span = known.reduce((most, r) => Math.max(most, means[r]), 0) - low || 1;
            const list = element("div", {maxHeight: "230px", overflowY: "auto", width: "250px", position: "relative"});
            list.setAttribute("role", "group");
            list.setAttribute("aria-label", "mean by region");
            for (const r of known) {
                const row = element("button", {
                    display: "grid", gridTemplateColumns: "96px 72px 1fr", alignItems: "center", gap: "4px", width: "100%", padding: "0 2px", font: "inherit",
                    fontSize: "11px", lineHeight: "15px", color: "inherit", textAlign: "left", cursor: "pointer", border: "1px solid transparent",
                    borderRadius: "2px", background: r === selected ? "#8884" : "transparent"
                });
                row.type = "button";
                row.dataset.region = r;
                row.setAttribute("aria-pressed", String(r === selected));
                row.title = map.regions.names[r];
                const track = element("span", {position: "relative", height: "9px"}), part = value => 100 * (value - low) / span;
                const color = colorAt(view, Math.min(1, Math.max(0, (means[r] - map.domain[0]) / (map.domain[1] - map.domain[0]))), 0);
                track.append(element("span", {
                    position: "absolute", top: 0, bottom: 0, left: part(Math.min(0, means[r])) + "%", width: Math.max(1, Math.abs(part(means[r]) - part(0))) + "%",
                    background: `rgb(${color.map(Math.round).join(",")})`, outline: "0.5px solid #8888"
                }));
                row.append(element("span", {overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap"}, map.regions.names[r]), track, element("span", {}, number(means[r])));
                row.addEventListener("click", () => chosen(r === selected ? -1 : r));
                list.append(row);
            }
            return list;
        }

        // The text in lines that fit; a word that is wider than a line is broken.
        function wrap(text, fits) {
            const lines = [];
            let line = "";
            for (const word of text.split(/\s+/)) {
                const longer = line ? line + " " + word : word;
                if (fits(longer)) { line = longer; continue; }
                if (line) lines.push(line);
                line = "";
                for (const letter of word) {
                    if (line && !fits(line + letter)) { lines.push(line); line = ""; }
                    line += letter;
                }
            }
            return [...lines, line].filter(part => part);
        }

        // An empty chart of so many places across; its scale holds zero and the numbers.
        function chartOf(numbers, count, width, label) {
            const height = 130, [left, right, top, bottom] = [44, 8, 8, 34];
            const finite = numbers.filter(Number.isFinite);
            if (!finite.length) return null;
            // A function takes no more than some ten thousand arguments.
            let low = finite.reduce((least, value) => Math.min(least, value), 0), high = finite.reduce((most, value) => Math.max(most, value), 0);
            if (low === high) high = low + 1;
            const x = i => left + (width - left - right) * (count > 1 ? i / (count - 1) : 0.5);
            const y = value => top + (height - top - bottom) * (high - value) / (high - low);
            const svg = drawing("svg", {width, height, "font-size": 10, fill: "currentColor", "font-family": "inherit", role: "img", "aria-label": label});
            svg.style.maxWidth = "100%";
            for (const tick of roundTicks(low, high, 3)) {
                svg.append(drawing("path", {d: `M${left} ${y(tick.value)}H${width - right}`, stroke: "#888", "stroke-opacity": tick.value === 0 ? 1 : 0.35}));
                svg.append(drawing("text", {x: left - 5, y: y(tick.value) + 3, "text-anchor": "end"}, tick.text));
            }
            const line = (values, color, thickness) => {
                let path = "", pen = "M";
                values.forEach((value, i) => {
                    if (!Number.isFinite(value)) { pen = "M"; return; }
                    path += `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
                    pen = "L";
                });
                svg.append(drawing("path", {d: path, fill: "none", stroke: color, "stroke-width": thickness}));
            };
            return {svg, x, y, line, width, height, left, right};
        }

        // What a region or a vertex did over time, a line for each of several courses.
        function coursesChart(shown) {
            const count = Math.max(0, ...shown.map(course => course.values.length));
            const chart = chartOf(shown.flatMap(course => course.values), count, 460, "courses over time: " + shown.map(course => course.title).join(", "));
            if (!chart) return null;
            const {svg, x, line, width, height, left, right} = chart, colors = ["#8a8a8a", "#d55e00", "#0a7bc2", "#009e73"];
            let place = left, lower = 0;
            shown.forEach((course, i) => {
                const color = colors[i % colors.length], room = 40 + 6 * course.title.length;
                line(course.values, color, i ? 1.6 : 1.2);
                if (place > left && place + room > width) { place = left; lower += 14; }
                svg.append(drawing("path", {d: `M${place} ${height + lower - 7}h16`, stroke: color, "stroke-width": 2.5}));
                svg.append(drawing("text", {x: place + 20, y: height + lower - 4}, course.title));
                place += room;
            });
            svg.setAttribute("height", height + lower);
            svg.style.overflow = "visible";
            const last = count - 1;
            svg.append(drawing("text", {x: x(0), y: height - 20, "text-anchor": "middle"}, "0"));
            if (last) svg.append(drawing("text", {x: x(last), y: height - 20, "text-anchor": "end"}, String(last)));
            svg.append(drawing("text", {x: (left + width - right) / 2, y: height - 20, "text-anchor": "middle"}, "time point"));
            return svg;
        }

        // A line from layer to layer, the shown one marked.
        function profileOf(values, names, shown) {
            const chart = chartOf(values, values.length, 300, "from layer to layer");
            if (!chart) return null;
            const {svg, x, y, line, width, height, left, right} = chart;
            line(values, "#0a7bc2", 2);
            values.forEach((value, i) => {
                if (!Number.isFinite(value)) return;
                const dot = drawing("circle", {cx: x(i), cy: y(value), r: i === shown ? 4.5 : 2.5, fill: i === shown ? "#f08c00" : "#0a7bc2"});
                dot.append(drawing("title", {}, `${names[i]}: ${number(value)}`));
                svg.append(dot);
            });
            const last = values.length - 1;
            for (const i of last > 0 ? [0, last] : [0]) {
                svg.append(drawing("text", {x: x(i), y: height - 18, "text-anchor": last === 0 ? "middle" : i === 0 ? "start" : "end"}, names[i]));
            }
            svg.append(drawing("text", {x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle"}, names[shown]));
            return svg;
        }
        """#
}
