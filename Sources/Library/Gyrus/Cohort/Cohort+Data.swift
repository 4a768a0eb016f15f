import Brain
import Display
import Encoding
import Tables
import Tensors

extension Cohort {
    /// A row for each subject, model and layer: how many voxels have a score, and the mean, median and largest R2 and r.
    ///
    /// What has not been fitted has no voxels and missing values. Throws `FormatError` if a file of scores cannot be read.
    public var data: DataTable {
        get throws {
            var rows: [(subject: String, model: String, layer: String, r2: [Double], r: [Double])] = []
            for subject in subjects.indices {
                for model in models.indices {
                    for layer in layers.indices {
                        let isThere = subjects[subject].scores[model][layer] != nil
                        let scores = isThere ? try scores(of: subject, model: model, layer: layer) : nil
                        rows.append(
                            (
                                subjects[subject].name, models[model], layers[layer],
                                (scores?.r2 ?? []).filter(\.isFinite), (scores?.r ?? []).filter(\.isFinite)
                            ))
                    }
                }
            }
            return Table(
                "Scores of \(self)",
                [
                    .text("subject", rows.map(\.subject)), .text("model", rows.map(\.model)),
                    .text("layer", rows.map(\.layer)), .counts("voxels", rows.map(\.r2.count)),
                    .numbers("mean r2", rows.map { $0.r2.nanmean() }),
                    .numbers("median r2", rows.map { $0.r2.nanmedian() }),
                    .numbers("max r2", rows.map { $0.r2.max() ?? .nan }),
                    .numbers("mean r", rows.map { $0.r.nanmean() }),
                    .numbers("median r", rows.map { $0.r.nanmedian() }),
                    .numbers("max r", rows.map { $0.r.max() ?? .nan }),
                ]
            ).data
        }
    }
}

extension Cohort: Displayable, CustomStringConvertible {
    /// A row for each subject: voxels, regions, and how much of it has been fitted.
    public var mimeBundle: MIMEBundle {
        let cells = models.count * layers.count
        let missing = Dictionary(grouping: missing, by: \.subject).mapValues(\.count)
        return Table(
            "\(self)",
            [
                .text("subject", subjects.map(\.name)), .counts("voxels", subjects.map(\.voxelCount)),
                .counts("regions", subjects.map { $0.regions?.regions.count ?? 0 }),
                .text("fitted", subjects.map { "\(cells - (missing[$0.name] ?? 0)) of \(cells)" }),
            ],
            notes: [
                "models: " + models.joined(separator: ", "), "layers: " + layers.joined(separator: ", "),
            ]
        ).mimeBundle
    }

    /// How many subjects, models and layers.
    public var description: String {
        Number.counted(subjects.count, "subject") + " x " + Number.counted(models.count, "model") + " x "
            + Number.counted(layers.count, "layer")
    }
}

extension Cohort.Subject: CustomStringConvertible {
    /// The name and the number of voxels.
    public var description: String { "\(name), \(Number.counted(voxelCount, "voxel"))" }
}
