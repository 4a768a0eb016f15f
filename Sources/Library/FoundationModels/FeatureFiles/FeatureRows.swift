import Formats
import Foundation
import Hashing
import Tensors

/// What the rows of a feature file are made of.
struct FeatureRows {
    /// What each row is called: the file of an image, the number of a text, or what the user says.
    var ids: [String]
    /// Whether a file with other ids is another file: numbers that were not chosen are not names.
    var isNamed: Bool
    /// The texts, if they are to be kept.
    var texts: [String]?
    /// The SHA-256 of all that each row is made of; empty if only a sample of it was read.
    var hashes: [String]
    /// The SHA-256 of all stimuli together.
    var stimuliHash: String
    /// Throws if an input of some of the rows cannot be read.
    var check: ([Int]) throws -> Void

    var count: Int { ids.count }

    /// The rows of texts. Throws `FoundationModelError.input` for ids that do not fit.
    init(texts: [String], ids: [String]?, keepsTexts: Bool) throws {
        let all = SHA256()
        hashes = texts.map { text in
            all.update(text)
            let one = SHA256()
            one.update(text)
            return one.hexadecimal()
        }
        stimuliHash = all.hexadecimal()
        self.ids = ids ?? texts.indices.map(String.init)
        isNamed = ids != nil
        self.texts = keepsTexts ? texts : nil
        check = { _ in }
        try checkIDs(count: texts.count, unit: "texts")
    }

    /// The rows of images, of which `group` after each other are averaged in a row.
    init(images: any ImageSource, group: Int, ids: [String]?) throws {
        let count = images.count / group
        let files = images as? ImageFiles
        self.ids = ids ?? (0..<count).map { images.name(ofRow: $0, group: group) }
        isNamed = ids != nil || files != nil
        if let files {
            (hashes, stimuliHash) = try Self.hashes(of: files, group: group)
            check = { try files.check($0.flatMap { $0 * group..<($0 + 1) * group }) }
        } else {
            (hashes, stimuliHash) = try Self.hashes(of: images, group: group)
            check = { _ in }
        }
        try checkIDs(count: count, unit: group > 1 ? "rows" : images.unit)
    }

    private func checkIDs(count: Int, unit: String) throws {
        guard ids.count == count else {
            throw FoundationModelError.input(
                "ids should be one for each of the \(count) \(unit); they are \(ids.count)")
        }
        var seen: Set<String> = []
        for id in ids where !seen.insert(id).inserted {
            throw FoundationModelError.input("ids should differ; \"\(id)\" is there twice")
        }
        if let wrong = (ids + (texts ?? [])).first(where: { $0.utf8.contains(0) }) {
            throw FoundationModelError.input(
                "\"\(wrong.prefix(40))\" holds a zero byte, which HDF5 would cut it at")
        }
    }

    private static func hashes(of files: ImageFiles, group: Int) throws -> ([String], String) {
        let all = SHA256()
        let single = try files.files.map { file in
            var hash = try SHA256.hexadecimal(of: file)
            if !files.turned {
                // The same file is another image.
                let stored = SHA256()
                stored.update("not turned")
                stored.update(hash)
                hash = stored.hexadecimal()
            }
            all.update(hash)
            return hash
        }
        return (joined(single, group: group), all.hexadecimal())
    }

    /// A hash for each group of this many.
    private static func joined(_ hashes: [String], group: Int) -> [String] {
        guard group > 1 else { return hashes }
        return stride(from: 0, to: hashes.count, by: group).map { start in
            let digest = SHA256()
            for hash in hashes[start..<start + group] { digest.update(hash) }
            return digest.hexadecimal()
        }
    }

    /// The hashes of images that are not files, by their pixels.
    ///
    /// Of averaged images up to 1,024 are read, evenly spread over all: a film is long, and reading all of it takes
    /// minutes. The rows then have no hashes themselves, so that none is mistaken for another with the same beginning.
    private static func hashes(of images: any ImageSource, group: Int) throws -> ([String], String) {
        let all = SHA256()
        all.update("\(images.count) \(images.unit)")
        let samples = min(images.count, 1024)
        let sampled = (0..<samples).map { samples > 1 ? $0 * (images.count - 1) / (samples - 1) : 0 }
        var hashes: [String] = []
        var next = sampled.startIndex
        for index in group == 1 ? Array(0..<images.count) : sampled {
            try Task.checkCancellation()
            let image = try images.image(index)
            let size = "\(image.width) x \(image.height)"
            if group == 1 {
                let one = SHA256()
                one.update(size)
                image.pixels.withUnsafeBytes { one.update($0) }
                hashes.append(one.hexadecimal())
            }
            guard next < sampled.endIndex, sampled[next] == index else { continue }
            all.update(size)
            image.pixels.withUnsafeBytes { all.update($0) }
            next += 1
        }
        return (hashes, all.hexadecimal())
    }
}

extension ImageSource {
    /// What a row is called in which this many consecutive images are averaged.
    fileprivate func name(ofRow row: Int, group: Int) -> String {
        let first = name(row * group)
        return group > 1 ? "\(first)-\(name((row + 1) * group - 1))" : first
    }
}

extension ImageFiles {
    /// Decodes some of the images; throws `FoundationModelError.input` that names each file that cannot be read.
    ///
    /// Done before the first features are computed: a damaged file at the end of a long list is found in seconds.
    fileprivate func check(_ indices: [Int]) throws {
        let errors = ParallelErrors()
        let step = 256
        for start in stride(from: 0, to: indices.count, by: step) {
            try Task.checkCancellation()
            let part = indices[start..<min(start + step, indices.count)]
            parallelFor(part.count, grain: 1) { range in
                for place in range {
                    let index = part[part.startIndex + place]
                    do { _ = try image(index) } catch { errors.put(error, at: index) }
                }
            }
        }
        let problems = errors.all
        guard !problems.isEmpty else { return }
        let shown = problems.prefix(20).map { "  \($0)" }.joined(separator: "\n")
        let more = problems.count > 20 ? "\n  and \(problems.count - 20) more" : ""
        throw FoundationModelError.input(
            "\(problems.count) of \(count) images cannot be read, so nothing was computed yet:\n\(shown)\(more)"
        )
    }
}
