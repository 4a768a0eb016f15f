extension ViewerScript {
    /// What is under the mouse pointer, and the text shown for it.
    static let picking = #"""
        // The nearest vertex under a place in CSS pixels; null beside the cortex.
        function pick(shown, x, y, mesh) {
            const item = shown.find(item => x >= item.left && x < item.left + item.width);
            if (!item) return null;
            const {pose, scale} = item, {a, b, part, center} = pose, count = item.side.count;
            if (!item.places) {
                item.places = new Float32Array(count * 3);
                for (let v = 0; v < count; v++) {
                    const place = [0, 1, 2].map(i => a.places[3 * v + i] + (b.places[3 * v + i] - a.places[3 * v + i]) * part - center[i]);
                    item.places[3 * v] = item.x + dot(place, pose.right) * scale;
                    item.places[3 * v + 1] = item.y - dot(place, pose.up) * scale;
                    item.places[3 * v + 2] = dot(place, pose.toward);
                }
            }
            const p = item.places, faces = pose.faces.faces;
            let nearest = -Infinity, found = -1;
            for (let f = 0; f < faces.length; f += 3) {
                const i = 3 * faces[f], j = 3 * faces[f + 1], k = 3 * faces[f + 2];
                const area = (p[j] - p[i]) * (p[k + 1] - p[i + 1]) - (p[k] - p[i]) * (p[j + 1] - p[i + 1]);
                if (!area) continue;
                const second = ((x - p[i]) * (p[k + 1] - p[i + 1]) - (p[k] - p[i]) * (y - p[i + 1])) / area;
                const third = ((p[j] - p[i]) * (y - p[i + 1]) - (x - p[i]) * (p[j + 1] - p[i + 1])) / area;
                const first = 1 - second - third;
                if (first < 0 || second < 0 || third < 0) continue;
                const depth = first * p[i + 2] + second * p[j + 2] + third * p[k + 2];
                if (depth <= nearest) continue;
                nearest = depth;
                found = (first >= second && first >= third ? i : second >= third ? j : k) / 3;
            }
            return found < 0 ? null : {s: mesh.sides.indexOf(item.side), vertex: found};
        }

        function number(value) {
            if (!Number.isFinite(value)) return "n/a";
            // More digits than five after the point find no room beside a bar.
            const size = Math.abs(value), digits = Math.min(map.decimals, 5), least = map.decimals > 5 ? 1e-3 : Math.pow(10, -digits);
            // A value is a number of steps: it may lie a little below what it stands for.
            if (size !== 0 && size < 0.9999 * least || size >= 1e6) return value.toExponential(2);
            return value.toFixed(size < 10 ? digits : size < 100 ? 2 : size < 1000 ? 1 : 0);
        }

        function isWhole(value) { return Number.isFinite(value) && Math.round(value) === value; }

        // The lines that are told of a place: what it is, then names with numbers.
        function told(place, mesh, view, state) {
            const {s, vertex} = place, side = mesh.sides[s], lines = [];
            const region = view.labels ? view.labels[s][vertex] : -1;
            if (region >= 0) lines.push(["", map.regions.names[region]]);
            const value = map.valueTitle || "value";
            if (view.second) {
                lines.push([view.layers[0].name || "first", number(view.layers[0].sides[s][vertex])]);
                lines.push([view.second.name || "second", number(view.second.sides[s][vertex])]);
            } else {
                const layer = view.layers[state.layer];
                lines.push([value + (layer.name ? ", " + layer.name : ""), number(layer.sides[s][vertex])]);
            }
            if (region >= 0) lines.push(...toldOf(region, view, state));
            // Where it lies in the folded cortex: an inflated one has no coordinates that others know.
            const shape = side.shapes[0];
            lines.push([shape.name + " x, y, z (mm)", [0, 1, 2].map(i => shape.places[3 * vertex + i].toFixed(0)).join(", ")]);
            lines.push(["vertex", side.name + " " + vertex]);
            return lines;
        }

        // What is known of a region as a whole.
        function toldOf(region, view, state) {
            const lines = view.second
                ? [0, 1].map(k => ["mean of " + ([view.layers[0], view.second][k].name || ["first", "second"][k]), number(map.regions.means[k][region] ?? NaN)])
                : [["mean of the region", number(map.regions.means[state.layer][region] ?? NaN)]];
            for (const detail of map.regions.details) {
                const value = detail.values[region];
                if (value !== null) lines.push([detail.title, isWhole(value) ? String(value) : number(value)]);
            }
            lines.push(["vertices", String(map.regions.counts[region])]);
            return lines;
        }
        """#
}
