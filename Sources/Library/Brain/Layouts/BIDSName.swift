import Foundation

/// The name of a file in BIDS: entities (`sub-01`, `task-story`), a suffix (`bold`) and an ending (`.nii.gz`).
struct BIDSName: Sendable, Equatable {
    /// The folder, relative to that of the data set.
    let folder: String
    /// The whole name.
    let name: String
    /// The values of the entities by their keys.
    let entities: [String: String]
    /// Empty if the name has none.
    let suffix: String
    /// The ending, from the first point on.
    let ending: String

    var path: String { folder.isEmpty ? name : folder + "/" + name }

    /// Nil if the name is not a BIDS name.
    init?(_ name: String, in folder: String) {
        guard let point = name.firstIndex(of: ".") else { return nil }
        let parts = name[..<point].split(separator: "_").map(String.init)
        guard let last = parts.last, parts.count > 1 else { return nil }
        // Some derivatives have none.
        let suffix = last.contains("-") ? "" : last
        var entities: [String: String] = [:]
        for part in suffix.isEmpty ? parts[...] : parts.dropLast() {
            guard let dash = part.firstIndex(of: "-") else { return nil }
            entities[String(part[..<dash])] = String(part[part.index(after: dash)...])
        }
        self.folder = folder
        self.name = name
        self.entities = entities
        self.suffix = suffix
        ending = String(name[point...])
    }

    /// The entities of how a recording was processed, and of the hemisphere.
    static let processing: Set = ["space", "cohort", "res", "den", "desc", "hemi"]

    /// Which recording it is: all entities but those of how it was processed.
    var recording: [String: String] { entities.filter { !Self.processing.contains($0.key) } }

    /// In the order of sessions and runs, and then of names, so that the hemispheres of a recording are neighbors.
    func comes(before other: BIDSName) -> Bool {
        for key in ["ses", "run"] {
            let (own, others) = (entities[key] ?? "", other.entities[key] ?? "")
            if own != others { return own.compare(others, options: .numeric) == .orderedAscending }
        }
        return name < other.name
    }
}

extension LayoutFolder {
    /// The files of a subject's `func` folders, of all sessions.
    func functional(_ subject: String, in root: String = "") -> [BIDSName] {
        let own = root.isEmpty ? subject : root + "/" + subject
        let sessions = names(in: own).filter { $0.hasPrefix("ses-") }.map { own + "/" + $0 }
        return ([own] + sessions).flatMap { folder in
            names(in: folder + "/func").compactMap { BIDSName($0, in: folder + "/func") }
        }.sorted { $0.comes(before: $1) }
    }
}

extension [BIDSName] {
    /// The files of each recording: one, or one for each hemisphere; the files must be in order.
    var recordings: [[BIDSName]] {
        var groups: [[BIDSName]] = []
        for name in self {
            if groups.last?.first?.recording == name.recording {
                groups[groups.count - 1].append(name)
            } else {
                groups.append([name])
            }
        }
        return groups
    }
}
