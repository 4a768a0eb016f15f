import SmallWorld
import Tensors

/// The factors of some stimuli: a matrix of stimuli x numbers for each factor that they have.
struct FactorTable: Sendable {
    let values: [SceneFactor: Matrix<Float>]

    init(of scenes: [Scene]) {
        let pictures = [PictureStatistics](unsafeUninitializedCapacity: scenes.count) { target, count in
            nonisolated(unsafe) let base = target.baseAddress
            parallelFor(scenes.count, grain: 16) { range in
                for index in range {
                    if let base { (base + index).initialize(to: PictureStatistics(scenes[index])) }
                }
            }
            count = scenes.count
        }
        values = FactorTable.matrices { factor in
            zip(scenes, pictures).map { factor.values(of: $0, $1) }
        }
    }

    init(of captions: [SceneCaption]) {
        values = FactorTable.matrices { factor in captions.map { factor.values(of: $0) } }
    }

    private static func matrices(_ rows: (SceneFactor) -> [[Float]]) -> [SceneFactor: Matrix<Float>] {
        var values: [SceneFactor: Matrix<Float>] = [:]
        for factor in SceneFactor.allCases {
            let rows = rows(factor)
            guard let width = rows.first?.count, width > 0 else { continue }
            values[factor] = Matrix(rows: rows.count, columns: width, elements: rows.flatMap { $0 })
        }
        return values
    }

    /// The mean and the deviation of each number of a factor; a constant one has the deviation zero.
    func statistics(of factor: SceneFactor) -> (means: [Float], deviations: [Float]) {
        guard let matrix = values[factor] else { return ([], []) }
        var (means, deviations): ([Float], [Float]) = ([], [])
        for column in 0..<matrix.columns {
            let numbers = matrix.column(column)
            let mean = numbers.reduce(0, +) / Float(numbers.count)
            let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(numbers.count)
            means.append(mean)
            deviations.append(variance > 1e-9 ? variance.squareRoot() : 0)
        }
        return (means, deviations)
    }
}
