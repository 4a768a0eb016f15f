import Foundation

/// The label of each vertex of a surface, and what the labels stand for.
///
/// ```swift
/// let labels = try SurfaceLabels.open("label/lh.aparc.annot")
/// labels.name(ofVertex: 1200)          // "superiortemporal"
/// ```
public struct SurfaceLabels: Sendable, Equatable {
    /// The label's key of each vertex; -1 where an annotation has none.
    public let keys: [Int]
    /// The labels, by ascending key.
    public let labels: [SurfaceLabel]

    /// Custom labels.
    ///
    /// - Parameters:
    ///   - keys: the number of the label of each vertex.
    ///   - labels: the labels.
    public init(keys: [Int], labels: [SurfaceLabel]) {
        self.keys = keys
        self.labels = labels
    }

    /// Reads FreeSurfer's annotation (`.annot`, both versions) or a GIFTI file of labels (`.label.gii`, `.gii.gz`).
    ///
    /// The keys are GIFTI's, or the structures' numbers in an annotation's table, as in nibabel. Throws `FormatError` if
    /// the file is neither, is damaged, or holds more than one array of labels.
    public static func open(_ file: some FileLocation) throws -> SurfaceLabels {
        let file = try OpenFile(file.fileURL)
        // An annotation begins with the number of its vertices, of which the first byte is 0.
        guard try file.head().number(at: 0, as: UInt8.self) != 0 else {
            return try FreeSurferAnnotation.read(file)
        }
        return try GIFTI(file).vertexLabels()
    }

    /// The name of a vertex's label; nil if it has none or the table does not tell it.
    public func name(ofVertex vertex: Int) -> String? {
        guard keys.indices.contains(vertex) else { return nil }
        return labels.first { $0.key == keys[vertex] }?.name
    }
}

extension GIFTI {
    /// The labels of the vertices: the file's one array of the intent NIFTI_INTENT_LABEL, and its table.
    ///
    /// Throws `FormatError` if there is not exactly one, it has more than one dimension, or holds fractions.
    public func vertexLabels() throws -> SurfaceLabels {
        let found = arrays.filter { $0.intent == "NIFTI_INTENT_LABEL" }
        guard found.count == 1,
            found[0].shape.count == 1 || found[0].shape.dropFirst().allSatisfy({ $0 == 1 })
        else {
            throw FormatError(
                url, "the arrays of labels (NIFTI_INTENT_LABEL)",
                expected: "one, with a number for each vertex",
                found: "\(found.count)" + (found.isEmpty ? "" : " of the shapes \(found.map(\.shape))"))
        }
        return SurfaceLabels(keys: try found[0].integers(), labels: labels.sorted { $0.key < $1.key })
    }
}
