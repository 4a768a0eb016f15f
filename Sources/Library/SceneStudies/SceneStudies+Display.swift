import Brain
import Display
import SmallWorld

extension SceneFactor: CustomStringConvertible {
    public var description: String { self == .wordForm ? "word form" : rawValue }
}

extension SceneRegion: CustomStringConvertible {
    /// The name, and to what the region responds.
    public var description: String {
        func list(_ factors: [SceneFactor]) -> String {
            factors.isEmpty ? "nothing" : factors.map(\.description).joined(separator: ", ")
        }
        return "\(name) (\(group)): \(list(films)) of films, \(list(captions)) of captions"
    }
}

extension SceneStudy: Displayable, CustomStringConvertible {
    /// The regions, and to what each responds.
    public var mimeBundle: MIMEBundle {
        func list(_ factors: [SceneFactor]) -> String {
            factors.isEmpty ? "–" : factors.map(\.description).joined(separator: ", ")
        }
        let regions = SceneRegion.all
        return Table(
            "Study of scenes, seed \(seed): to what regions respond",
            [
                .text("region", regions.map(\.name)), .text("group", regions.map(\.group)),
                .text("of films", regions.map { list($0.films) }),
                .text("of captions", regions.map { list($0.captions) }),
                .text("planted", regions.map { $0.isMultisensory ? "yes" : "" }),
            ]
        ).mimeBundle
    }
}

extension SceneStudy.Stimuli: CustomStringConvertible {
    public var description: String {
        "\(session.rawValue): \(scenes.count) \(captions.isEmpty ? "scenes" : "captions") in \(session.runCount) runs"
    }
}

extension ScenePictures: CustomStringConvertible {
    public var description: String { "\(scenes.count) pictures of \(Scene.side) x \(Scene.side) pixels" }
}

extension SceneSubject: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle {
        func ceiling(_ session: SceneStudy.Session) -> String {
            let known = (ceilings[session] ?? []).filter { $0 > 0 }
            let mean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
            return
                "\(Number.grouped(known.count)) voxels with a signal, mean ceiling of r \(Number.fixed(mean, 2))"
        }
        return card(
            "Simulated subject \(number)",
            [
                ("samples a session", Number.grouped(films.responses.rows)),
                ("voxels", Number.grouped(films.responses.columns)),
                ("time to peak", "\(Number.fixed(timeToPeak, 1)) s"),
            ] + SceneStudy.Session.allCases.map { ($0.rawValue, ceiling($0)) })
    }
}
