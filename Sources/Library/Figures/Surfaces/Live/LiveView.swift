import Display
import Foundation
import JSON
import Text

/// A surface map as HTML that can be turned, without network and without a kernel.
///
/// Without scripts or WebGL 2, the still picture is shown.
struct LiveView {
    private let map: SurfaceMap
    private let still: Data
    private let size: (width: Int, height: Int)

    init(_ map: SurfaceMap, still: Data) {
        self.map = map
        self.still = still
        size = PNGFile.size(of: still)
    }

    var html: String {
        let mesh = MeshEncoding.of(
            map.surface, shapes: MeshEncoding.shapes(of: map.surface, shown: map.shape))
        let alt = map.altText.escapedHTML
        let data = LiveView.embedded(
            JSON.object([
                "mesh": [
                    "key": .string(mesh.key), "description": mesh.description,
                    "bytes": .string(mesh.parts.bytes.base64EncodedString()),
                ],
                "map": description(mesh),
            ]))
        // Dollar signs are no formulas here (MathJax 3 and 2).
        return """
            <div class="gyrus-surface mathjax_ignore tex2jax_ignore" role="group">\
            <img class="gyrus-still" alt="\(alt)" width="\(size.width)" height="\(size.height)" \
            style="max-width:100%;height:auto" src="data:image/png;base64,\(still.base64EncodedString())">\
            <script type="application/json" class="gyrus-surface-data">\(data)</script>\
            <script>\(ViewerScript.loader)</script></div>
            """
    }

    /// JSON that no text in it can end: names of regions are data.
    ///
    /// By bytes, once: a search by letters for each of them is slow in hundreds of kilobytes.
    private static func embedded(_ json: JSON) -> String {
        var text = json.encodedText
        let safe = text.withUTF8 { bytes -> [UInt8] in
            var safe: [UInt8] = []
            safe.reserveCapacity(bytes.count)
            var place = 0
            while place < bytes.count {
                let byte = bytes[place]
                switch byte {
                case UInt8(ascii: "<"): safe += "\\u003c".utf8
                case UInt8(ascii: ">"): safe += "\\u003e".utf8
                case UInt8(ascii: "&"): safe += "\\u0026".utf8
                case 0xE2
                where place + 2 < bytes.count && bytes[place + 1] == 0x80 && bytes[place + 2] & 0xFE == 0xA8:
                    // The separators of lines and paragraphs.
                    safe += (bytes[place + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8
                    place += 2
                default: safe.append(byte)
                }
                place += 1
            }
            return safe
        }
        return String(decoding: safe, as: UTF8.self)
    }

    private func description(_ mesh: MeshEncoding) -> JSON {
        var parts = PackedParts()
        let scale = map.scale
        let finite = map.shownLayers.flatMap { $0.left + $0.right }.filter(\.isFinite)
            .map(LiveView.held)
        var values = LayerEncoding(ValueSteps(finite))
        func encode(_ layer: SurfaceMap.Layer) -> JSON {
            [
                "name": .string(layer.name),
                "sides": .array(
                    map.surface.hemispheres.map { side, _ in
                        values.add(layer.values(side).map(LiveView.held), side, mesh.predictors[side], &parts)
                    }),
            ]
        }
        var members: [String: JSON] = [
            "title": .string(map.title ?? ""), "note": .string(fullNote(map.note)),
            "alt": .string(map.altText),
            "valueTitle": .string(map.valueTitle), "shape": .string(map.shape.rawValue),
            "steps": values.steps.description, "decimals": .integer(Digits.afterPoint(finite)),
            "domain": .numbers(
                [scale.domain.lowerBound, scale.domain.upperBound], digits: scale.domain.significantDigits),
            "signed": .bool(map.isSigned), "threshold": map.threshold.map { .rounded($0) } ?? .null,
            "layers": .array(map.layers.map(encode)),
            "colors": .strings(scale.map.stops.map(\.hex)),
        ]
        if let second = map.second {
            members["second"] = encode(second)
            members["colors"] = .strings(map.pairColors.corners.map(\.hex))
        }
        if let regions = map.regions {
            members["regions"] = regionMembers(regions, mesh, &parts)
            if !map.courses.isEmpty { members["courses"] = courseMembers(regions.names, &parts) }
        }
        if !map.vertexCourses.isEmpty { members["asks"] = ["key": .string(CourseDesk.remember(map))] }
        members["bytes"] = .string(parts.bytes.base64EncodedString())
        return .object(members)
    }

    private func regionMembers(
        _ regions: SurfaceRegions, _ mesh: MeshEncoding, _ parts: inout PackedParts
    ) -> JSON {
        let means = map.shownLayers.map { map.regionMeans($0) }
        let details = map.details.map { detail -> JSON in
            [
                "title": .string(detail.title),
                "values": .numbers(regions.names.map { detail.values[$0] ?? .nan }),
            ]
        }
        return [
            "names": .strings(regions.names), "counts": .array(map.regionCounts().map { .integer($0) }),
            "borders": .bool(map.showsBorders),
            // By layer, then by region.
            "means": .array(means.map { .array($0.map(LiveView.short)) }), "details": .array(details),
            "labels": .array(
                map.surface.hemispheres.map { side, _ in
                    parts.add(LiveView.labels(regions.labels(side), mesh.predictors[side]))
                }),
        ]
    }

    /// The courses of regions in 256 steps from their lowest number to their highest.
    private func courseMembers(_ names: [String], _ parts: inout PackedParts) -> JSON {
        let series = map.courses.map { course -> JSON in
            var (numbers, lows, steps): ([Int32], [Double], [Double]) = ([], [], [])
            for name in names {
                let values = (course.values[name] ?? []).map(LiveView.held)
                let finite = values.filter(\.isFinite)
                let low = finite.min() ?? .nan
                let step = max(((finite.max() ?? 0) - low) / 254, .leastNormalMagnitude)
                lows.append(low)
                steps.append(step)
                var last: Int32 = 0
                for value in values where !low.isNaN {
                    // The highest of the 256 stands for none.
                    let number = value.isFinite ? Int32(((value - low) / step).rounded()) : 255
                    numbers.append(number - last)
                    last = number
                }
            }
            return [
                "title": .string(course.title), "low": .numbers(lows), "step": .numbers(steps),
                "part": parts.add(numbers),
            ]
        }
        return ["count": .integer(map.courseLength), "series": .array(series)]
    }

    /// A value whose difference to any other is finite; one that is not finite stays so and is told as none.
    private static func held(_ value: Double) -> Double {
        value.isFinite ? min(max(value, -8e307), 8e307) : value
    }

    /// The viewer shows at most six digits.
    private static func short(_ value: Double) -> JSON {
        value.isFinite ? .number(Double(String(format: "%.6g", value)) ?? value) : .null
    }

    /// For each vertex 0 or 1 where it has the label of its first or second relative, else its label and 2 or, without a
    /// label, 2.
    private static func labels(_ labels: [Int?], _ predictor: VertexPredictor?) -> Data {
        let codes = labels.indices.map { vertex -> UInt32 in
            let relatives = predictor?.relatives(vertex) ?? []
            if let place = relatives.firstIndex(where: { labels[$0] == labels[vertex] }) {
                return UInt32(place)
            }
            return UInt32((labels[vertex] ?? -1) + 3)
        }
        // Two bytes a vertex, low ones first; a third where there are more regions than two tell apart.
        let planes: UInt32 = (codes.max() ?? 0) >> 16 == 0 ? 2 : 3
        return (0..<planes).reduce(into: Data()) { bytes, plane in
            bytes.append(Data(codes.map { UInt8(truncatingIfNeeded: $0 >> (8 * plane)) }))
        }
    }
}
