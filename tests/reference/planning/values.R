# Makes the values of test_planned_sizes.py that are said there to come from R.
# R 4.2.2, psych 2.2.9, epiR 2.0.57. Call: Rscript values.R
suppressMessages({library(psych); library(epiR)})
show <- function(name, value) cat(name, format(value, digits = 13), "\n")
show("alpha", unlist(alpha.ci(.8, n.obs = 100, n.var = 4, digits = 12))[c(1, 3)])
show("alpha", unlist(alpha.ci(.7, n.obs = 60, n.var = 6, digits = 12))[c(1, 3)])
show("alpha", unlist(alpha.ci(.9, n.obs = 250, n.var = 10, digits = 12))[c(1, 3)])
show("correlation", r.con(.3, 120))
show("correlation", r.con(0, 180))
show("correlation", r.con(-.6, 45))
show("mean", qt(.975, 179) * .8 / sqrt(180))
show("wilson", prop.test(54, 180, correct = FALSE)$conf.int)
show("wald", qnorm(.975) * sqrt(.3 * .7 / 180))
show("share n", epi.sssimpleestb(N = NA, Py = .5, epsilon = .05, error = "absolute", se = 1, sp = 1,
                                 nfractional = TRUE, conf.level = .95))
show("share n, N = 1000", epi.sssimpleestb(N = 1000, Py = .5, epsilon = .05, error = "absolute", se = 1, sp = 1,
                                           nfractional = TRUE, conf.level = .95))
show("theme", pbinom(1, 29, .1, lower.tail = FALSE))
show("theme of 150", phyper(2, 30, 120, 20, lower.tail = FALSE))
show("cell", pbinom(4, 12, .6, lower.tail = FALSE))
