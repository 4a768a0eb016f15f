import Tensors

/// How many voxels are solved at once: products are no faster with more, and the memory is bounded.
private let voxelsAtOnce = 512

extension BandedRidgeSolver {
    /// Refits every voxel to all samples with its own scaling and alpha: features of all bands x voxels.
    func refit(_ solution: BandedSolution<Element>) throws -> Matrix<Element> {
        var weights = Matrix<Element>(rows: bands.features.columns, columns: responses.columns)
        try weights.withUnsafeMutableBufferPointer { target in
            guard let target = target.baseAddress else { return }
            try refit(solution) { voxels, found in
                scatter(found, to: voxels, of: target, width: responses.columns)
            }
        }
        return weights
    }

    /// Refits every voxel, and gives the weights of some hundred voxels at a time to `take`, on several threads at once.
    ///
    /// Voxels of the same scaling and alpha are solved together by Cholesky's factorization; a decomposition for
    /// every candidate would cost as much as twenty of them.
    func refit(
        _ solution: BandedSolution<Element>,
        take: (_ voxels: [Int], _ weights: Matrix<Element>) throws -> Void
    ) throws {
        let fitted = means.indices.filter { means[$0].isFinite }
        let groups = Dictionary(grouping: fitted) {
            Scaling(gamma: solution.gammas[$0], alpha: solution.alphas[$0])
        }.sorted { ($0.value.count, $0.value[0]) > ($1.value.count, $1.value[0]) }
        let needsDouble = needsDouble(groups.map(\.key))
        let wide = needsDouble.contains(true) ? bands.inDouble : nil
        _ = try parallelMap(groups.count) { index, _, interruption in
            let (scaling, group) = groups[index]
            if let wide, needsDouble[index] {
                try refit(group, scaling, of: wide, interruption, take: take)
            } else {
                try refit(group, scaling, of: bands, interruption, take: take)
            }
        }
    }

    /// For each of some scalings whether single precision would lose too many digits in the factorization.
    ///
    /// It errs by some 1e-7 times the largest eigenvalue over alpha (measured at 700 x 1,400 and 1,400 x 700, with repeated
    /// samples and without), where a decomposition leaves out what is rounding alone. Double precision takes twice as
    /// long, so it is for errors above 1e-4.
    private func needsDouble(_ scalings: [Scaling]) -> [Bool] {
        guard Working.self != Double.self else { return scalings.map { _ in false } }
        let largest = bands.separate.map { $0.largestSquaredSingularValue(centered: false) }
        return scalings.map { scaling in
            zip(scaling.gamma, largest).reduce(0) { $0 + $1.0 * $1.1 } > 1000 * scaling.alpha
        }
    }

    /// Refits the voxels of one scaling and alpha.
    private func refit<Precision: Scalar>(
        _ group: [Int], _ scaling: Scaling, of bands: BandedFeatures<Precision>, _ interruption: Interruption,
        take: (_ voxels: [Int], _ weights: Matrix<Element>) throws -> Void
    ) throws {
        let factors = bands.factors(scaling.gamma)
        let system = try RefitSystem(bands, gamma: scaling.gamma, shift: scaling.alpha)
        for start in stride(from: 0, to: group.count, by: voxelsAtOnce) {
            try interruption.check()
            let voxels = Array(group[start..<min(start + voxelsAtOnce, group.count)])
            let part = responses.columns(at: voxels).centered(by: voxels.map { means[$0] })
                .converted(to: Precision.self)
            // What features cannot explain is divided by alpha and must cancel: in the precision of the system.
            let right =
                bands.isPrimal
                ? multiply(bands.features, transposed: true, part).scalingRows(by: factors) : part
            let solved = system.solve(right)
            let found =
                bands.isPrimal || bands.needsSingularValues
                ? solved.scalingRows(by: factors)
                : multiply(bands.features, transposed: true, solved)
                    .scalingRows(by: factors.map { $0 * $0 })
            try take(voxels, found.converted(to: Element.self))
        }
    }
}

/// The scaling that voxels have in common that are solved together.
private struct Scaling: Hashable {
    let gamma: [Double]
    let alpha: Double
}

/// The system of a refit, ready to be solved: `matrix + shift I` for a symmetric matrix without negative eigenvalues.
private enum RefitSystem<Working: Scalar> {
    case factor(Matrix<Working>)
    /// The directions, and what each is multiplied by.
    case directions(Matrix<Working>, [Double])
    /// The features' left and right singular vectors, and what each pair is multiplied by: from responses to weights.
    case singular(left: Matrix<Working>, right: Matrix<Working>, [Double])

    init(_ bands: BandedFeatures<Working>, gamma: [Double], shift: Double) throws {
        if bands.needsSingularValues {
            let (left, values, right) = try significantSingularValues(of: bands.scaled(gamma))
            self = .singular(left: left, right: right, values.map { $0 / ($0 * $0 + shift) })
            return
        }
        var matrix = bands.symmetric(gamma)
        if !bands.isPrimal, bands.centered {
            matrix.centerKernel(trainMeans: ColumnStatistics(matrix).means)
        }
        try self.init(matrix, shift: shift)
    }

    init(_ matrix: Matrix<Working>, shift: Double) throws {
        var shifted = matrix
        shifted.addToDiagonal(shift)
        do {
            self = .factor(try LinearAlgebra.cholesky(shifted))
        } catch LinearAlgebraError.notPositiveDefinite {
            // The shift is below the rounding of the matrix; leave out the directions that are nothing but rounding.
            let (values, vectors) = try LinearAlgebra.eigenSymmetricRows(matrix)
            let kept = significantEigenvalues(values)
            self = .directions(vectors.rows(kept), values[kept].map { 1 / (Double($0) + shift) })
        }
    }

    func solve(_ right: Matrix<Working>) -> Matrix<Working> {
        switch self {
        case .factor(let factor): LinearAlgebra.solve(choleskyFactor: factor, right)
        case .directions(let axes, let factors):
            multiply(axes, transposed: true, multiply(axes, right).scalingRows(by: factors))
        case .singular(let left, let axes, let factors):
            multiply(axes, transposed: true, multiply(left, transposed: true, right).scalingRows(by: factors))
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func scatter<Element: Scalar>(
    _ matrix: Matrix<Element>, to columns: [Int], of target: UnsafeMutablePointer<Element>, width: Int
) {
    matrix.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress else { return }
        columns.withUnsafeBufferPointer { columns in
            for row in 0..<matrix.rows {
                let (line, out) = (from + row * columns.count, target + row * width)
                for j in 0..<columns.count { out[columns[j]] = line[j] }
            }
        }
    }
}
