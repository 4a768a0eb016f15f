import Brain
import Formats
import Foundation
import Hashing
import Tensors

/// What a subject of a study was scored from, so that other data do not get its scores.
struct SubjectOrigin: Sendable, Equatable {
    /// A file as it was when it was read.
    struct ReadFile: Sendable, Equatable {
        let path: String
        let bytes: Int
        /// In nanoseconds since 1970.
        let modified: Int
    }

    /// The SHA-256 of the responses and their runs.
    let responses: String
    /// The SHA-256 of the regions and the sets of regions.
    let regions: String
    /// The files from which they were read.
    let files: [ReadFile]

    /// Whether the data must be read again to know that they are the same: a file has another size or date, or no file
    /// is known. One that is not there cannot be read again.
    var mayHaveChanged: Bool {
        files.isEmpty
            || files.contains { file in
                guard let now = try? FileVersion(URL(fileURLWithPath: file.path)) else { return false }
                return now.size != file.bytes || now.modified != file.modified
            }
    }

    /// Throws `FormatError` if the data that were read now are others; `folder` is where the scores are.
    func check(isThatOf new: SubjectOrigin, _ subject: String, in folder: URL) throws {
        for (what, old, new) in [
            ("responses", responses, new.responses), ("regions", regions, new.regions),
        ] where old != new {
            throw FormatError(
                folder, "the scores of \(subject) in it",
                expected: "those of the \(what) that were read now (SHA-256 \(new.prefix(12))…)",
                found: "those of other \(what) (\(old.prefix(12))…); take another folder for other data")
        }
    }
}

extension SubjectOrigin {
    /// The origin of a study that was read from some files; `further` are responses that are scored with it.
    init(_ study: Study, further: [Matrix<Float>], files: [String: FileVersion]) {
        let digest = SHA256()
        study.runs.lengths.withUnsafeBytes { digest.update(whole: $0) }
        for matrix in [study.responses] + further {
            [matrix.rows, matrix.columns].withUnsafeBytes { digest.update(whole: $0) }
            matrix.withUnsafeBufferPointer { digest.update(whole: UnsafeRawBufferPointer($0)) }
        }
        responses = digest.hexadecimal()
        regions = Self.digest(ofRegions: study)
        self.files = files.sorted { $0.key < $1.key }.map {
            ReadFile(path: $0.key, bytes: $0.value.size, modified: $0.value.modified)
        }
    }

    private static func digest(ofRegions study: Study) -> String {
        let digest = SHA256()
        let first = study.regionsIfKnown.map { [RegionSet("", $0)] } ?? []
        for set in first + study.regionSets {
            digest.update(set.name)
            set.regions.regions.map(\.id).withUnsafeBytes { digest.update(whole: $0) }
            for region in set.regions.regions {
                digest.update(region.name)
                digest.update(region.group)
            }
            set.regions.places.map { $0 ?? -1 }.withUnsafeBytes { digest.update(whole: $0) }
        }
        return digest.hexadecimal()
    }
}
