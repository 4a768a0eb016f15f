extension ViewerScript {
    /// The colors of a place are made as `Shader` makes them for the still picture.
    static let shaders = #"""
        const meshVertex = `#version 300 es
            in vec3 placeA, placeB, normalA, normalB, value;
            in vec2 extra;
            uniform mat3 turn;
            uniform vec3 center;
            uniform vec2 scale, offset;
            uniform float part, depth;
            out vec3 above;
            out vec2 below;
            out float light;
            void main() {
                vec3 place = turn * (mix(placeA, placeB, part) - center);
                vec3 normal = turn * normalize(mix(normalA, normalB, part));
                light = min(1.0, 0.56 + 0.5 * max(0.0, dot(normal, vec3(-0.30, 0.42, 0.857))));
                above = value;
                below = extra;
                gl_Position = vec4(place.xy * scale + offset, -place.z / depth, 1.0);
            }`;
        const meshFragment = `#version 300 es
            precision highp float;
            in vec3 above;
            in vec2 below;
            in float light;
            uniform sampler2D colors;
            uniform vec2 domain;
            uniform float threshold, opacity;
            uniform int kind;
            out vec4 color;
            void main() {
                float weight = min(1.0, above.z), share = max(above.z, 0.002);
                vec2 values = above.xy / share;
                float size = kind == 2 ? max(values.x, values.y) : kind == 1 ? abs(values.x) : values.x;
                // Of two values, how fast the larger changes: the larger of both has kinks.
                float widthX = fwidth(values.x), widthY = fwidth(values.y);
                // Where a face is seen edge on, values change without end.
                float width = min(kind == 2 && values.y > values.x ? widthY : widthX, 0.04 * (domain.y - domain.x));
                vec2 place = clamp((values - domain.x) / (domain.y - domain.x), 0.0, 1.0);
                vec2 extent = vec2(textureSize(colors, 0));
                vec3 shown = texture(colors, (place * (extent - 1.0) + 0.5) / extent).rgb;
                float cover = threshold <= 0.0 || size >= threshold ? 1.0 : size <= 0.0 ? 0.0 : (size / threshold) * (size / threshold);
                vec3 base = mix(vec3(below.x), shown, above.z > 0.002 ? weight * cover * opacity : 0.0);
                float line = threshold > 0.0 && above.z > 0.98 ? 1.0 - smoothstep(0.35, 1.0, abs(size - threshold) / max(width, 1e-9)) : 0.0;
                base = mix(base, vec3(0.1), line * opacity);
                base = mix(base, vec3(1.0), 0.3 * below.y);
                color = vec4(base * light, 1.0);
            }`;
        const lineVertex = `#version 300 es
            in vec3 startA, startB, endA, endB;
            uniform mat3 turn;
            uniform vec3 center;
            uniform vec2 scale, offset, pixel;
            uniform float part, width, depth;
            void main() {
                vec3 start = turn * (mix(startA, startB, part) - center), end = turn * (mix(endA, endB, part) - center);
                vec2 from = (start.xy * scale + offset) / pixel, to = (end.xy * scale + offset) / pixel;
                vec2 along = to - from;
                along = length(along) > 1e-4 ? normalize(along) : vec2(1.0, 0.0);
                bool isEnd = gl_VertexID > 1;
                float side = gl_VertexID % 2 == 0 ? -0.5 : 0.5;
                vec2 place = (isEnd ? to + along * width * 0.4 : from - along * width * 0.4) + vec2(-along.y, along.x) * side * width;
                gl_Position = vec4(place * pixel, -((isEnd ? end.z : start.z) + 0.8) / depth, 1.0);
            }`;
        const lineFragment = `#version 300 es
            precision highp float;
            out vec4 color;
            void main() { color = vec4(0.11, 0.11, 0.11, 1.0); }`;
        """#

    static let drawing = #"""
        // The page's one WebGL context.
        function context() {
            if (page.gl && !page.gl.isContextLost()) return page.gl;
            const canvas = document.createElement("canvas");
            const gl = canvas.getContext("webgl2", {antialias: true, alpha: true, preserveDrawingBuffer: true});
            if (!gl) throw new Error("the browser has no WebGL 2");
            page.gl = gl;
            page.programs = {mesh: program(gl, meshVertex, meshFragment), line: program(gl, lineVertex, lineFragment)};
            page.buffers = new Map();
            return gl;
        }

        function program(gl, vertex, fragment) {
            const made = gl.createProgram();
            for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
                const shader = gl.createShader(kind);
                gl.shaderSource(shader, text);
                gl.compileShader(shader);
                if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) || "no shader");
                gl.attachShader(made, shader);
            }
            gl.linkProgram(made);
            if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made) || "no program");
            const names = {};
            for (let i = 0; i < gl.getProgramParameter(made, gl.ACTIVE_ATTRIBUTES); i++) {
                const name = gl.getActiveAttrib(made, i).name;
                names[name] = gl.getAttribLocation(made, name);
            }
            for (let i = 0; i < gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS); i++) {
                const name = gl.getActiveUniform(made, i).name;
                names[name] = gl.getUniformLocation(made, name);
            }
            return {made, names};
        }

        // A buffer on the graphics card, made when it is first asked for; `owner` has it again after the context was lost.
        function buffer(gl, owner, name, kind, make) {
            const kept = owner.buffers && owner.buffers.gl === gl ? owner.buffers : owner.buffers = {gl};
            if (!kept[name]) {
                kept[name] = gl.createBuffer();
                gl.bindBuffer(kind, kept[name]);
                gl.bufferData(kind, make(), gl.STATIC_DRAW);
            }
            gl.bindBuffer(kind, kept[name]);
            return kept[name];
        }

        function attribute(gl, place, size, stride, offset, divisor) {
            if (place === undefined || place < 0) return;
            gl.enableVertexAttribArray(place);
            gl.vertexAttribPointer(place, size, gl.FLOAT, false, stride, offset);
            gl.vertexAttribDivisor(place, divisor || 0);
        }

        function mixed(from, to, part) { return from.map((value, i) => value + (to[i] - value) * part); }

        // Which two shapes are mixed, and the camera, for a hemisphere.
        function pose(state, side) {
            const first = Math.min(Math.floor(state.shape), Math.max(0, side.shapes.length - 2));
            const [a, b] = [side.shapes[first], side.shapes[Math.min(first + 1, side.shapes.length - 1)]];
            const part = a === b ? 0 : state.shape - first;
            // A flat shape is looked at from above, whatever the view.
            const flat = b.name === "flat" ? part * part * (3 - 2 * part) : a.name === "flat" ? 1 : 0;
            const own = side.name === "left" ? state.azimuth : 180 - state.azimuth;
            const near = own + 360 * Math.round((270 - own) / 360);
            const elevation = (state.elevation + (90 - state.elevation) * flat) * Math.PI / 180;
            const azimuth = (own + (270 - near === 0 ? 0 : (270 - near)) * flat) * Math.PI / 180;
            const [sa, ca, se, ce] = [Math.sin(azimuth), Math.cos(azimuth), Math.sin(elevation), Math.cos(elevation)];
            return {a, b, part, faces: part > 0 && b.isCut ? b : a, center: mixed(a.center, b.center, part),
                // How far before and behind the middle something is drawn, in mm: a cortex of any size.
                depth: Math.max(400, 1.01 * Math.max(a.reach, b.reach) + 1),
                right: [-sa, ca, 0], up: [-se * ca, -se * sa, ce], toward: [ce * ca, ce * sa, se]};
        }

        function dot(one, other) { return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]; }

        // Where each hemisphere lies in the picture: pixels per mm and the middle, in CSS pixels.
        function placement(state, mesh) {
            const shown = mesh.sides.map(side => ({side, pose: pose(state, side)}));
            const width = state.width / shown.length;
            let scale = Infinity;
            for (const item of shown) {
                const {pose} = item, box = [Infinity, -Infinity, Infinity, -Infinity];
                // Of many corners some tell enough: the first, second and third of faces by turns.
                const faces = pose.faces.faces, step = faces.length > 6000 ? 3 * Math.floor(faces.length / 6000) + 1 : 1;
                for (let f = 0; f < faces.length; f += step) {
                    const v = 3 * faces[f], place = [0, 1, 2].map(i =>
                        pose.a.places[v + i] + (pose.b.places[v + i] - pose.a.places[v + i]) * pose.part - pose.center[i]);
                    const x = dot(place, pose.right), y = dot(place, pose.up);
                    box[0] = Math.min(box[0], x); box[1] = Math.max(box[1], x);
                    box[2] = Math.min(box[2], y); box[3] = Math.max(box[3], y);
                }
                item.middle = [(box[0] + box[1]) / 2, (box[2] + box[3]) / 2];
                scale = Math.min(scale, (width - 14) / (box[1] - box[0]), (state.height - 14) / (box[3] - box[2]));
            }
            shown.forEach((item, i) => {
                const place = state.isSwapped ? shown.length - 1 - i : i;
                item.scale = scale * state.zoom;
                item.x = (place + 0.5) * width - item.middle[0] * item.scale;
                item.y = state.height / 2 + item.middle[1] * item.scale;
                item.left = place * width;
                item.width = width;
            });
            return shown;
        }

        // Draws the hemispheres into the shared context's canvas, `density` device pixels a CSS pixel.
        function render(gl, mesh, view, state, density) {
            const width = Math.round(state.width * density), height = Math.round(state.height * density);
            if (gl.canvas.width < width || gl.canvas.height < height) {
                gl.canvas.width = Math.max(gl.canvas.width, width);
                gl.canvas.height = Math.max(gl.canvas.height, height);
            }
            gl.viewport(0, 0, width, height);
            gl.enable(gl.DEPTH_TEST);
            gl.enable(gl.SCISSOR_TEST);
            gl.scissor(0, 0, width, height);
            gl.clearColor(0, 0, 0, 0);
            gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
            const shown = placement(state, mesh);
            shown.forEach(item => {
                const s = mesh.sides.indexOf(item.side);
                gl.scissor(Math.round(item.left * density), 0, Math.round(item.width * density), height);
                drawMesh(gl, item, s, mesh, view, state);
                if (view.labels && state.borders) drawBorders(gl, item, s, view, state, density);
            });
            return shown;
        }

        function aim(gl, names, item, state) {
            const {pose} = item;
            gl.uniformMatrix3fv(names.turn, false, [0, 1, 2].flatMap(i => [pose.right[i], pose.up[i], pose.toward[i]]));
            gl.uniform3fv(names.center, pose.center);
            gl.uniform1f(names.part, pose.part);
            gl.uniform1f(names.depth, pose.depth);
            gl.uniform2f(names.scale, 2 * item.scale / state.width, 2 * item.scale / state.height);
            gl.uniform2f(names.offset, 2 * item.x / state.width - 1, 1 - 2 * item.y / state.height);
        }

        // What the shader counts values in: its numbers have 32 bits, and the width of its lines is that of numbers near 1.
        const unit = Math.max(...map.domain.map(Math.abs)) || 1;
        function inUnits(value) { return Math.min(1e30, Math.max(-1e30, value / unit)); }

        function drawMesh(gl, item, s, mesh, view, state) {
            const {made, names} = page.programs.mesh, {pose, side} = item;
            gl.useProgram(made);
            aim(gl, names, item, state);
            gl.uniform2fv(names.domain, map.domain.map(inUnits));
            gl.uniform1f(names.threshold, inUnits(state.threshold));
            gl.uniform1f(names.opacity, state.opacity);
            gl.uniform1i(names.kind, view.second ? 2 : map.signed ? 1 : 0);
            gl.activeTexture(gl.TEXTURE0);
            gl.bindTexture(gl.TEXTURE_2D, colorsOf(gl, view));
            gl.uniform1i(names.colors, 0);
            for (const [shape, place, normal] of [[pose.a, names.placeA, names.normalA], [pose.b, names.placeB, names.normalB]]) {
                buffer(gl, shape, "places", gl.ARRAY_BUFFER, () => shape.places);
                attribute(gl, place, 3, 0, 0);
                buffer(gl, shape, "normals", gl.ARRAY_BUFFER, () => shape.normals);
                attribute(gl, normal, 3, 0, 0);
            }
            const layer = view.layers[state.layer];
            buffer(gl, view, `values ${s} ${state.layer}`, gl.ARRAY_BUFFER, () => valuesOf(layer.sides[s], view.second && view.second.sides[s]));
            attribute(gl, names.value, 3, 0, 0);
            buffer(gl, view, `extra ${s}`, gl.ARRAY_BUFFER, () => extraOf(side, s, view, state));
            attribute(gl, names.extra, 2, 0, 0);
            const faces = pose.faces;
            buffer(gl, faces, "faces", gl.ELEMENT_ARRAY_BUFFER, () => faces.faces);
            gl.drawElements(gl.TRIANGLES, faces.faces.length, gl.UNSIGNED_INT, 0);
        }

        // Value times weight, second value times weight, weight.
        function valuesOf(first, second) {
            const values = new Float32Array(first.length * 3);
            for (let v = 0; v < first.length; v++) {
                if (Number.isNaN(first[v]) || second && Number.isNaN(second[v])) continue;
                values[3 * v] = inUnits(first[v]);
                values[3 * v + 1] = second ? inUnits(second[v]) : 0;
                values[3 * v + 2] = 1;
            }
            return values;
        }

        // The gray below, and whether the vertex belongs to the chosen region.
        function extraOf(side, s, view, state) {
            const extra = new Float32Array(side.count * 2);
            for (let v = 0; v < side.count; v++) {
                extra[2 * v] = side.grays[v];
                extra[2 * v + 1] = view.labels && state.selected >= 0 && view.labels[s][v] === state.selected ? 1 : 0;
            }
            return extra;
        }

        function rgb(hex) { return [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)); }

        // The color of places from 0 to 1 in the scale.
        function colorAt(view, x, y) {
            const stops = map.colors.map(rgb);
            if (view.second) return mixed(mixed(stops[0], stops[1], x), mixed(stops[2], stops[3], x), y);
            const place = x * (stops.length - 1), below = Math.min(stops.length - 2, Math.floor(place));
            return mixed(stops[below], stops[below + 1], place - below);
        }

        function colorsOf(gl, view) {
            if (view.texture && view.texture.gl === gl) return view.texture.made;
            const width = view.second ? 64 : 256, height = view.second ? 64 : 1, pixels = new Uint8Array(width * height * 4);
            for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
                pixels.set([...colorAt(view, x / (width - 1), height > 1 ? y / (height - 1) : 0).map(Math.round), 255], 4 * (y * width + x));
            }
            const made = gl.createTexture();
            gl.bindTexture(gl.TEXTURE_2D, made);
            gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
            for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
            for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
            view.texture = {gl, made};
            return made;
        }

        // Lines halfway between vertices of different regions, each within one face.
        function borderPlaces(faces, labels) {
            const lines = [];
            for (let f = 0; f < faces.length; f += 3) {
                const corners = [faces[f], faces[f + 1], faces[f + 2]], ends = [];
                for (let e = 0; e < 3; e++) {
                    const one = corners[e], other = corners[(e + 1) % 3];
                    if (labels[one] !== labels[other]) ends.push([one, other, other]);
                }
                if (ends.length === 2) lines.push(ends);
                if (ends.length === 3) for (const end of ends) lines.push([end, corners]);
            }
            return lines;
        }

        function drawBorders(gl, item, s, view, state, density) {
            const {pose} = item, {made, names} = page.programs.line;
            view.lines = view.lines || [];
            const name = `${s} ${pose.faces.name}`;
            const lines = view.lines[name] = view.lines[name] || borderPlaces(pose.faces.faces, view.labels[s]);
            if (!lines.length) return;
            gl.useProgram(made);
            aim(gl, names, item, state);
            gl.uniform2f(names.pixel, 2 / (state.width * density), 2 / (state.height * density));
            gl.uniform1f(names.width, 1.2 * density);
            const place = (shape, end, axis) => end[1] === end[2]
                ? (shape.places[3 * end[0] + axis] + shape.places[3 * end[1] + axis]) / 2
                : (shape.places[3 * end[0] + axis] + shape.places[3 * end[1] + axis] + shape.places[3 * end[2] + axis]) / 3;
            buffer(gl, view, `lines ${name} ${pose.a.name} ${pose.b.name}`, gl.ARRAY_BUFFER, () => {
                const numbers = new Float32Array(lines.length * 12);
                lines.forEach(([start, end], i) => {
                    [[pose.a, start], [pose.b, start], [pose.a, end], [pose.b, end]].forEach(([shape, which], k) => {
                        for (let axis = 0; axis < 3; axis++) numbers[12 * i + 3 * k + axis] = place(shape, which, axis);
                    });
                });
                return numbers;
            });
            [names.startA, names.startB, names.endA, names.endB].forEach((location, k) => attribute(gl, location, 3, 48, 12 * k, 1));
            gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, lines.length);
            for (const location of [names.startA, names.startB, names.endA, names.endB]) {
                gl.vertexAttribDivisor(location, 0);
                gl.disableVertexAttribArray(location);
            }
        }
        """#
}
