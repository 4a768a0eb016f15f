import Comms
import Formats
import Foundation
import Hashing
import JSON
import Synchronization

/// What each vertex did over time, for instance its measured response: told to a page that asks while this process runs,
/// since a page could not hold it all.
package struct VertexCourses: Sendable {
    let title: String
    /// How many time points each course has.
    let count: Int
    /// The course of a vertex, NaN for none; empty where the vertex has none.
    let course: @Sendable (Hemisphere, Int) -> [Double]

    package init(
        _ title: String, count: Int, course: @escaping @Sendable (Hemisphere, Int) -> [Double]
    ) {
        (self.title, self.count, self.course) = (title, count, course)
    }
}

extension SurfaceMap {
    /// The map with courses of its vertices; throws `FigureError.count` if they differ in their length from those it has.
    package func telling(_ courses: VertexCourses) throws -> SurfaceMap {
        let expected = vertexCourses.first?.count ?? courses.count
        guard courses.count == expected, expected > 0 else {
            throw FigureError.count(
                of: "time points of \(courses.title)", expected: max(1, expected), got: courses.count)
        }
        var map = self
        map.vertexCourses.append(courses)
        return map
    }
}

/// Answers the pages that ask for the course of a vertex: a page opens a comm with its question and gets one message.
enum CourseDesk {
    /// What a page calls it by.
    static let target = "gyrus-courses"
    /// The maps that are remembered: older ones are forgotten, since they hold on to responses.
    private static let most = 32

    private struct Known: Sendable {
        let key: String
        let map: SurfaceMap
    }
    private static let known = Mutex<[Known]>([])
    private static let registration: Void = Comm.register(target: target) { comm, message in
        comm.send(answer(to: message.data))
        comm.close()
    }

    /// Remembers a map, and gives the key by which its page asks: the same each time that the same map is shown.
    static func remember(_ map: SurfaceMap) -> String {
        _ = registration
        let key = key(of: map)
        known.withLock { known in
            known.removeAll { $0.key == key }
            known.append(Known(key: key, map: map))
            if known.count > most { known.removeFirst() }
        }
        return key
    }

    /// The courses of a vertex, or why there are none.
    static func answer(to question: JSON) -> JSON {
        guard let key = question["key"]?.string,
            let map = known.withLock({ known in known.last { $0.key == key }?.map })
        else { return ["unknown": true] }
        guard let side = question["side"]?.string.flatMap({ Hemisphere(rawValue: $0) }),
            let vertex = question["vertex"]?.int,
            let hemisphere = map.surface[side], 0..<hemisphere.vertexCount ~= vertex
        else { return ["error": "no such vertex"] }
        return [
            "courses": .array(
                map.vertexCourses.map { courses in
                    [
                        "title": .string(courses.title),
                        "values": .array(courses.course(side, vertex).map(short)),
                    ]
                })
        ]
    }

    /// Five digits are more than a chart shows.
    private static func short(_ value: Double) -> JSON {
        value.isFinite ? .number(Double(String(format: "%.5g", value)) ?? value) : .null
    }

    private static func key(of map: SurfaceMap) -> String {
        var hash = FNV1a()
        func add(_ values: [Double]) {
            for value in values {
                withUnsafeBytes(of: value.bitPattern) { for byte in $0 { hash.add(byte) } }
            }
        }
        for layer in map.shownLayers { add(layer.left + layer.right) }
        for courses in map.vertexCourses {
            for byte in courses.title.utf8 { hash.add(byte) }
            // Some vertices tell one set of responses from another; those of a region may be few.
            for (side, hemisphere) in map.surface.hemispheres {
                let step = max(1, hemisphere.vertexCount / 16)
                var told = 0
                for start in 0..<step where told < 16 {
                    for vertex in stride(from: start, to: hemisphere.vertexCount, by: step) where told < 16 {
                        let course = courses.course(side, vertex)
                        if course.isEmpty { continue }
                        add(course)
                        told += 1
                    }
                }
            }
        }
        return String(hash.value, radix: 16)
    }
}
