extension ViewerScript {
    /// The parts of the page, and what the mouse and the sliders do.
    static let controls = #"""
        const views = {
            lateral: [180, 0, false], medial: [0, 0, false], dorsal: [270, 90, false], ventral: [90, -90, true],
            front: [90, 0, true], back: [270, 0, false]
        };
        const quiet = {font: "12px/1.4 var(--jp-ui-font-family, Arial, Liberation Sans, Helvetica, sans-serif)", color: "var(--jp-ui-font-color1, inherit)"};

        function build(mesh, view, firstContext) {
            const names = mesh.sides[0].shapes.map(shape => shape.name);
            const state = {
                width: 640, height: 300, zoom: 1, azimuth: 180, elevation: 0, isSwapped: false, layer: 0,
                shape: Math.max(0, names.indexOf(map.shape)), threshold: map.threshold || 0, opacity: 1,
                borders: !!(map.regions && map.regions.borders), selected: -1, vertex: null, hovered: null
            };
            const live = element("div", {...quiet, position: "relative", display: "flex", flexWrap: "wrap", gap: "4px 16px", maxWidth: map.regions && !view.second ? "940px" : "820px"});
            live.className = "gyrus-live";
            const main = element("div", {flex: "1 1 420px", minWidth: "260px", position: "relative"});
            const beside = element("div", {flex: "0 0 auto"});
            if (map.title) main.append(element("div", {fontWeight: 700, fontSize: "14px"}, map.title));
            if (map.note) main.append(element("div", {opacity: 0.75}, map.note));
            const canvas = element("canvas", {width: "100%", display: "block", touchAction: "none", cursor: "grab", outlineOffset: "2px"});
            canvas.tabIndex = 0;
            canvas.setAttribute("role", "img");
            canvas.setAttribute("aria-label", map.alt);
            main.append(canvas);
            const tip = element("div", {
                position: "absolute", display: "none", pointerEvents: "none", zIndex: 10, padding: "3px 7px", borderRadius: "3px", maxWidth: "260px",
                background: "var(--jp-layout-color0, Canvas)", color: "var(--jp-ui-font-color0, CanvasText)", border: "1px solid #888", fontSize: "11px"
            });
            tip.className = "gyrus-tip";
            main.append(tip);
            const profile = element("div", {marginTop: "4px"});
            profile.className = "gyrus-profile";
            beside.append(legendOf(view));
            const bars = element("div", {marginTop: "4px"});
            bars.className = "gyrus-bars";
            beside.append(bars);
            live.append(main, beside);

            // The chart by region and the brain have one selection.
            function tellBars() {
                if (!map.regions || view.second) return;
                const before = bars.firstChild, top = before ? before.scrollTop : 0, hadFocus = bars.contains(document.activeElement);
                const list = barsOf(view, state.layer, state.selected, region => select(region, null, true));
                bars.replaceChildren(list);
                list.scrollTop = top;
                const row = list.querySelector(`[data-region="${state.selected}"]`);
                if (!row) return;
                if (row.offsetTop < list.scrollTop || row.offsetTop + row.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = row.offsetTop - list.clientHeight / 2;
                if (hadFocus) row.focus({preventScroll: true});
            }
            let shown = [], waiting = false;
            const asked = new Map();

            function draw() {
                waiting = false;
                const density = Math.min(3, window.devicePixelRatio || 1);
                state.width = Math.max(200, main.clientWidth || 640);
                state.height = Math.round(state.width * (mesh.sides.length > 1 ? 0.365 : 0.72));
                let gl;
                try { gl = context(); shown = render(gl, mesh, view, state, density); } catch (error) { return stayStill(error); }
                const width = Math.round(state.width * density), height = Math.round(state.height * density);
                if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; canvas.style.height = state.height + "px"; }
                const brush = canvas.getContext("2d");
                brush.clearRect(0, 0, width, height);
                brush.drawImage(gl.canvas, 0, gl.canvas.height - height, width, height, 0, 0, width, height);
                brush.fillStyle = getComputedStyle(live).color;
                brush.font = `${12 * density}px Arial, Liberation Sans, sans-serif`;
                for (const item of shown) brush.fillText(item.side.name === "left" ? "L" : "R", (item.left + 4) * density, height - 5 * density);
            }

            // What is out of the page is drawn once it has a size again.
            function redraw() { if (!waiting && root.isConnected) { waiting = true; requestAnimationFrame(draw); } }

            function look(name) {
                [state.azimuth, state.elevation, state.isSwapped] = views[name];
                state.zoom = 1;
                redraw();
            }

            function select(region, place, isOwn) {
                state.selected = region;
                state.vertex = place;
                const gl = page.gl;
                for (const name of Object.keys(view.buffers || {})) {
                    if (name.startsWith("extra")) { gl.deleteBuffer(view.buffers[name]); delete view.buffers[name]; }
                }
                tellProfile();
                tellBars();
                redraw();
                if (isOwn) document.dispatchEvent(new CustomEvent("gyrus-region", {detail: {region: region >= 0 ? map.regions.names[region] : null, from: root}}));
            }

            function tellProfile() {
                profile.textContent = "";
                const region = state.selected, place = state.vertex;
                if (region < 0 && !place) return;
                const title = region >= 0 ? map.regions.names[region] : `${mesh.sides[place.s].name} vertex ${place.vertex}`;
                profile.append(element("div", {fontWeight: 700}, title));
                if (region >= 0) profile.append(element("div", {fontSize: "11px", opacity: 0.85}, toldOf(region, view, state).map(line => `${line[0]}: ${line[1]}`).join("; ")));
                if (view.layers.length > 1) {
                    const values = view.layers.map((layer, i) => region >= 0 ? map.regions.means[i][region] ?? NaN : layer.sides[place.s][place.vertex]);
                    const chart = profileOf(values, view.layers.map((layer, i) => layer.name || String(i + 1)), state.layer);
                    if (chart) profile.append(chart);
                }
                const courses = region >= 0 ? coursesChart(view.courses.filter(course => course.regions[region]).map(course => ({title: course.title, values: course.regions[region]}))) : null;
                if (courses) profile.append(courses);
                if (place && map.asks) tellVertex(place);
            }

            // The course of the vertex that was clicked, once the kernel has told it.
            function tellVertex(place) {
                const name = `${mesh.sides[place.s].name} vertex ${place.vertex}`, box = element("div", {marginTop: "4px"});
                box.className = "gyrus-vertex";
                const note = element("div", {fontSize: "11px", opacity: 0.85}, "asking the kernel \u2026");
                // Without a region the vertex stands above already.
                if (state.selected >= 0) box.append(element("div", {fontWeight: 700}, name));
                box.append(note);
                profile.append(box);
                const show = known => {
                    // Another place may have been clicked since.
                    if (!box.isConnected) return;
                    const chart = typeof known === "string" ? null : coursesChart(known);
                    if (chart) note.replaceWith(chart); else note.textContent = typeof known === "string" ? known : "No course is known of this vertex.";
                };
                const key = `${place.s} ${place.vertex}`;
                if (asked.has(key)) return show(asked.get(key));
                vertexCourses(mesh.sides[place.s].name, place.vertex).then(known => {
                    if (typeof known !== "string") asked.set(key, known);
                    show(known);
                }, error => show("The kernel could not be asked: " + (error && error.message || error)));
            }

            function hover(event) {
                const box = canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
                const place = pick(shown, x * state.width / box.width, y * state.height / box.height, mesh);
                state.hovered = place;
                tip.style.display = place ? "" : "none";
                if (!place) return;
                tip.textContent = "";
                for (const [name, text] of told(place, mesh, view, state)) tip.append(element("div", name ? {} : {fontWeight: 700}, name ? `${name}: ${text}` : text));
                const left = event.clientX - main.getBoundingClientRect().left, top = event.clientY - main.getBoundingClientRect().top;
                tip.style.left = (left > state.width * 0.6 ? left - 12 - tip.offsetWidth : left + 14) + "px";
                tip.style.top = top + 12 + "px";
            }

            let drag = null;
            canvas.addEventListener("pointerdown", event => {
                // Where another button opens a menu, nobody hears that it is released.
                if (event.button !== 0) return;
                // A second finger leaves the brain to the first; one that begins alone takes over from a lost one.
                if (drag && drag.pointer !== event.pointerId && !event.isPrimary) return;
                const box = canvas.getBoundingClientRect(), x = (event.clientX - box.left) * state.width / box.width;
                const item = shown.find(item => x >= item.left && x < item.left + item.width);
                drag = {pointer: event.pointerId, x: event.clientX, y: event.clientY, sign: item && item.side.name === "right" ? -1 : 1, moved: false};
                canvas.setPointerCapture(event.pointerId);
            });
            canvas.addEventListener("pointermove", event => {
                if (!drag) return hover(event);
                if (drag.pointer !== event.pointerId) return;
                const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
                if (!drag.moved && Math.hypot(dx, dy) < 3) return;
                Object.assign(drag, {x: event.clientX, y: event.clientY, moved: true});
                turn(-dx * drag.sign, dy);
            });
            canvas.addEventListener("pointerup", event => {
                if (drag && drag.pointer !== event.pointerId) return;
                if (drag && !drag.moved) {
                    hover(event);
                    const place = state.hovered, region = place && view.labels ? view.labels[place.s][place.vertex] : -1;
                    select(region, place, true);
                }
                drag = null;
            });
            canvas.addEventListener("pointercancel", event => { if (drag && drag.pointer === event.pointerId) drag = null; });
            canvas.addEventListener("pointerleave", () => { tip.style.display = "none"; });
            canvas.addEventListener("wheel", event => {
                // The page scrolls unless the view was clicked before.
                if (document.activeElement !== canvas) return;
                event.preventDefault();
                state.zoom = Math.min(8, Math.max(0.5, state.zoom * Math.exp(-event.deltaY / 500)));
                redraw();
            }, {passive: false});
            canvas.addEventListener("dblclick", () => look("lateral"));
            canvas.addEventListener("keydown", event => {
                const step = {ArrowLeft: [8, 0], ArrowRight: [-8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8]}[event.key];
                if (!step) return;
                event.preventDefault();
                event.stopPropagation();
                turn(step[0], step[1]);
            });

            function turn(across, up) {
                state.azimuth = (state.azimuth + across * 0.45) % 360;
                state.elevation = Math.max(-90, Math.min(90, state.elevation + up * 0.45));
                redraw();
            }

            const row = element("div", {display: "flex", flexWrap: "wrap", gap: "4px", margin: "4px 0"});
            for (const name of Object.keys(views)) {
                const button = element("button", {font: "inherit", fontSize: "11px", color: "inherit", background: "transparent", border: "1px solid #8888", borderRadius: "3px", padding: "1px 8px", cursor: "pointer"}, name);
                button.type = "button";
                button.addEventListener("click", () => look(name));
                row.append(button);
            }
            main.append(row);
            const sliders = element("div", {display: "grid", gridTemplateColumns: "max-content minmax(80px, 220px) 1fr", gap: "0 8px", alignItems: "center", fontSize: "11px"});
            main.append(sliders);

            function slider(name, low, high, step, value, text, changed) {
                const input = element("input", {width: "100%", margin: 0});
                Object.assign(input, {type: "range", min: low, max: high, step, value});
                input.setAttribute("aria-label", name);
                input.dataset.name = name;
                const output = element("span", {whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis"}, text(value));
                input.addEventListener("input", () => {
                    changed(Number(input.value));
                    tip.style.display = "none";
                    output.textContent = text(Number(input.value));
                    redraw();
                });
                sliders.append(element("span", {}, name), input, output);
            }

            if (view.layers.length > 1) {
                slider("layer", 0, view.layers.length - 1, 1, 0, i => view.layers[i].name || String(i + 1), i => { state.layer = i; tellProfile(); tellBars(); });
            }
            if (names.length > 1) {
                slider("shape", 0, names.length - 1, 0.01, state.shape, t => t === Math.round(t) ? names[t] : `${names[Math.floor(t)]} to ${names[Math.ceil(t)]}`, t => { state.shape = t; });
            }
            const most = Math.max(...map.domain.map(Math.abs));
            slider("threshold", 0, most, most / 200, state.threshold, t => t > 0 ? number(t) : "none", t => { state.threshold = t; });
            slider("opacity", 0, 1, 0.01, 1, t => t.toFixed(2), t => { state.opacity = t; });
            main.append(profile);
            profile.setAttribute("aria-live", "polite");

            const still = root.querySelector(".gyrus-still");
            if (still) still.style.display = "none";
            root.append(live);
            tellBars();
            document.addEventListener("gyrus-region", event => {
                if (event.detail.from === root || !map.regions || !root.isConnected) return;
                select(map.regions.names.indexOf(event.detail.region), null, false);
            });
            new ResizeObserver(redraw).observe(main);
            // JupyterLab changes its theme without drawing outputs again.
            new MutationObserver(redraw).observe(document.body, {attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"]});
            draw();
            if (root.dataset.state === "still") return;
            root.dataset.state = "live";
            root.gyrusView = {courses: vertexCourses, state, mesh, view, draw, look, select, pick: (x, y) => pick(shown, x, y, mesh), told: place => told(place, mesh, view, state)};
        }
        """#
}
