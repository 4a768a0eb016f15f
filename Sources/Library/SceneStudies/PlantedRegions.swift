import Brain
import Display

extension SceneStudy {
    /// The names of the planted regions: those that respond to what a picture and a caption share, in both.
    public static let planted = SceneRegion.all.filter(\.isMultisensory).map(\.name)

    /// What an analysis found beside what was planted.
    ///
    /// Throws `BrainError.unknownRegion` for a region that the study does not have.
    ///
    /// - Parameter found: the names of the regions that the analysis takes for multi-sensory.
    public static func check(_ found: [String]) throws -> PlantedRegions {
        let names = SceneRegion.all.map(\.name)
        if let stray = found.first(where: { !names.contains($0) }) {
            throw BrainError.unknownRegion(stray, known: names)
        }
        return PlantedRegions(found: Set(found))
    }
}

/// The regions that an analysis of `SceneStudy` found, beside the planted ones.
public struct PlantedRegions: Sendable, Equatable {
    let found: Set<String>

    private func names(found isFound: Bool, planted isPlanted: Bool) -> [String] {
        SceneRegion.all.filter { $0.isMultisensory == isPlanted && found.contains($0.name) == isFound }
            .map(\.name)
    }

    /// Planted and found.
    public var hits: [String] { names(found: true, planted: true) }
    /// Planted and not found.
    public var misses: [String] { names(found: false, planted: true) }
    /// Found and not planted.
    public var falseAlarms: [String] { names(found: true, planted: false) }
    /// Whether those that were found are those that were planted.
    public var isComplete: Bool { misses.isEmpty && falseAlarms.isEmpty }
}

extension PlantedRegions: Displayable, CustomStringConvertible {
    /// How many were found, and every region that was planted or found.
    public var mimeBundle: MIMEBundle {
        let shown = SceneRegion.all.filter { $0.isMultisensory || found.contains($0.name) }
        let others = falseAlarms.count
        return Table(
            "\(hits.count) of \(hits.count + misses.count) planted regions found, "
                + "\(Number.counted(others, "other region")) found",
            [
                .text("region", shown.map(\.name)),
                .text("planted", shown.map { $0.isMultisensory ? "yes" : "no" }),
                .text("found", shown.map { found.contains($0.name) ? "yes" : "no" }),
            ]
        ).mimeBundle
    }
}
