import Display

extension Confounds: CustomStringConvertible {
    /// The names of the confounds, and how many samples are kept.
    public var description: String {
        let kept =
            kept.map { "\($0.count) of \(matrix.rows) samples kept" } ?? "all \(matrix.rows) samples kept"
        return "\(Number.counted(names.count, "confound")), \(kept): \(listed(names))"
    }
}

extension ConfoundSet: CustomStringConvertible {
    /// The set in words.
    public var description: String {
        switch self {
        case .motion(let expansion): "head motion, \(expansion.rawValue)"
        case .tissue(let expansion): "white matter and cerebrospinal fluid, \(expansion.rawValue)"
        case .globalSignal(let expansion): "global signal, \(expansion.rawValue)"
        case .aCompCor(let count): "\(count) components of white matter and fluid together"
        case .aCompCorSeparate(let count): "\(count) components of white matter, and as many of fluid"
        case .tCompCor(let count): "\(count) components of the voxels that vary most"
        case .cosine: "fMRIPrep's cosines"
        }
    }
}

extension Scrubbing: CustomStringConvertible {
    /// The thresholds.
    public var description: String {
        "samples left out above \(Number.short(framewiseDisplacement)) mm or \(Number.short(standardizedDVARS)) DVARS, and "
            + "stretches shorter than \(shortestSegment)"
    }
}
