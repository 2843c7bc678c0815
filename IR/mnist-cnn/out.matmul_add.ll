define void @out.matmul_add(ptr %arguments, i64 %begin, i64 %end) nounwind {
  %x.slot = getelementptr inbounds ptr, ptr %arguments, i64 0
  %x = load ptr, ptr %x.slot, align 8
  %w.slot = getelementptr inbounds ptr, ptr %arguments, i64 1
  %w = load ptr, ptr %w.slot, align 8
  %b.slot = getelementptr inbounds ptr, ptr %arguments, i64 2
  %b = load ptr, ptr %b.slot, align 8
  %y.slot = getelementptr inbounds ptr, ptr %arguments, i64 3
  %y = load ptr, ptr %y.slot, align 8
  call void @out.matmul_add.body(ptr %x, ptr %w, ptr %b, ptr %y, i64 %begin, i64 %end)
  ret void
}

define internal void @out.matmul_add.body(ptr noalias align 64 %x, ptr noalias align 64 %w, ptr noalias align 64 %b, ptr noalias align 64 %y, i64 %begin, i64 %end) noinline nounwind {
entry:
  %acc.0.0.cell = alloca <8 x float>
  %acc.0.1.cell = alloca <8 x float>
  %acc.1.0.cell = alloca <8 x float>
  %acc.1.1.cell = alloca <8 x float>
  %acc.2.0.cell = alloca <8 x float>
  %acc.2.1.cell = alloca <8 x float>
  %acc.3.0.cell = alloca <8 x float>
  %acc.3.1.cell = alloca <8 x float>
  %a.0.cell = alloca <8 x float>
  %a.1.cell = alloca <8 x float>
  %a.2.cell = alloca <8 x float>
  %a.3.cell = alloca <8 x float>
  call void asm sideeffect "", "r,~{memory}"(ptr %x)
  call void asm sideeffect "", "r,~{memory}"(ptr %w)
  call void asm sideeffect "", "r,~{memory}"(ptr %b)
  call void asm sideeffect "", "r,~{memory}"(ptr %y)
  br label %j.body.1
j.body.1:
  %j = phi i64 [ 0, %entry ], [ %j.next, %n.exit.4 ]
  %$5 = icmp slt i64 %begin, %end
  br i1 %$5, label %n.body.3, label %n.exit.4
n.body.3:
  %n = phi i64 [ %begin, %j.body.1 ], [ %n.next, %l.exit.7 ]
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.0.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.0.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.1.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.1.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.2.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.2.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.3.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.3.1.cell
  br label %l.body.6
l.body.6:
  %l = phi i64 [ 0, %n.body.3 ], [ %l.next, %l.body.6 ]
  call void asm sideeffect "", "~{memory}"()
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.2.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.3.cell
  %$8 = mul nsw i64 %n, 1568
  %$9 = mul nsw i64 %begin, -1568
  %$10 = add nsw i64 %$8, %$9
  %$11 = add nsw i64 %$10, %l
  %$12 = getelementptr inbounds float, ptr %x, i64 %$11
  %$13 = load <8 x float>, ptr %$12, align 32
  store <8 x float> %$13, ptr %a.0.cell
  %$14 = getelementptr inbounds float, ptr %x, i64 %$11
  %$15 = getelementptr inbounds float, ptr %$14, i64 1568
  %$16 = load <8 x float>, ptr %$15, align 32
  store <8 x float> %$16, ptr %a.1.cell
  %$17 = getelementptr inbounds float, ptr %x, i64 %$11
  %$18 = getelementptr inbounds float, ptr %$17, i64 3136
  %$19 = load <8 x float>, ptr %$18, align 32
  store <8 x float> %$19, ptr %a.2.cell
  %$20 = getelementptr inbounds float, ptr %x, i64 %$11
  %$21 = getelementptr inbounds float, ptr %$20, i64 4704
  %$22 = load <8 x float>, ptr %$21, align 32
  store <8 x float> %$22, ptr %a.3.cell
  %$23 = mul nsw i64 %j, 1568
  %$24 = add nsw i64 %$23, %l
  %$25 = getelementptr inbounds float, ptr %w, i64 %$24
  %$26 = load <8 x float>, ptr %$25, align 32
  %$27 = load <8 x float>, ptr %a.0.cell
  %$28 = load <8 x float>, ptr %acc.0.0.cell
  %$29 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$27, <8 x float> %$26, <8 x float> %$28)
  store <8 x float> %$29, ptr %acc.0.0.cell
  %$30 = load <8 x float>, ptr %a.1.cell
  %$31 = load <8 x float>, ptr %acc.1.0.cell
  %$32 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$30, <8 x float> %$26, <8 x float> %$31)
  store <8 x float> %$32, ptr %acc.1.0.cell
  %$33 = load <8 x float>, ptr %a.2.cell
  %$34 = load <8 x float>, ptr %acc.2.0.cell
  %$35 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$33, <8 x float> %$26, <8 x float> %$34)
  store <8 x float> %$35, ptr %acc.2.0.cell
  %$36 = load <8 x float>, ptr %a.3.cell
  %$37 = load <8 x float>, ptr %acc.3.0.cell
  %$38 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$36, <8 x float> %$26, <8 x float> %$37)
  store <8 x float> %$38, ptr %acc.3.0.cell
  %$39 = getelementptr inbounds float, ptr %w, i64 %$24
  %$40 = getelementptr inbounds float, ptr %$39, i64 1568
  %$41 = load <8 x float>, ptr %$40, align 32
  %$42 = load <8 x float>, ptr %a.0.cell
  %$43 = load <8 x float>, ptr %acc.0.1.cell
  %$44 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$42, <8 x float> %$41, <8 x float> %$43)
  store <8 x float> %$44, ptr %acc.0.1.cell
  %$45 = load <8 x float>, ptr %a.1.cell
  %$46 = load <8 x float>, ptr %acc.1.1.cell
  %$47 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$45, <8 x float> %$41, <8 x float> %$46)
  store <8 x float> %$47, ptr %acc.1.1.cell
  %$48 = load <8 x float>, ptr %a.2.cell
  %$49 = load <8 x float>, ptr %acc.2.1.cell
  %$50 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$48, <8 x float> %$41, <8 x float> %$49)
  store <8 x float> %$50, ptr %acc.2.1.cell
  %$51 = load <8 x float>, ptr %a.3.cell
  %$52 = load <8 x float>, ptr %acc.3.1.cell
  %$53 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$51, <8 x float> %$41, <8 x float> %$52)
  store <8 x float> %$53, ptr %acc.3.1.cell
  %l.next = add nuw nsw i64 %l, 8
  %$54 = icmp slt i64 %l.next, 1568
  br i1 %$54, label %l.body.6, label %l.exit.7
l.exit.7:
  %$55 = load <8 x float>, ptr %acc.0.0.cell
  %$56 = shufflevector <8 x float> %$55, <8 x float> %$55, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$57 = shufflevector <8 x float> %$55, <8 x float> %$55, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$58 = fadd <4 x float> %$56, %$57
  %$59 = shufflevector <4 x float> %$58, <4 x float> %$58, <2 x i32> <i32 0, i32 1>
  %$60 = shufflevector <4 x float> %$58, <4 x float> %$58, <2 x i32> <i32 2, i32 3>
  %$61 = fadd <2 x float> %$59, %$60
  %$62 = extractelement <2 x float> %$61, i32 0
  %$63 = extractelement <2 x float> %$61, i32 1
  %$64 = fadd float %$62, %$63
  %$65 = getelementptr inbounds float, ptr %b, i64 %j
  %$66 = load float, ptr %$65, align 8
  %$67 = fadd float %$64, %$66
  %$68 = mul nsw i64 %n, 10
  %$69 = add nsw i64 %$68, %j
  %$70 = getelementptr inbounds float, ptr %y, i64 %$69
  store float %$67, ptr %$70, align 8
  %$71 = load <8 x float>, ptr %acc.1.0.cell
  %$72 = shufflevector <8 x float> %$71, <8 x float> %$71, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$73 = shufflevector <8 x float> %$71, <8 x float> %$71, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$74 = fadd <4 x float> %$72, %$73
  %$75 = shufflevector <4 x float> %$74, <4 x float> %$74, <2 x i32> <i32 0, i32 1>
  %$76 = shufflevector <4 x float> %$74, <4 x float> %$74, <2 x i32> <i32 2, i32 3>
  %$77 = fadd <2 x float> %$75, %$76
  %$78 = extractelement <2 x float> %$77, i32 0
  %$79 = extractelement <2 x float> %$77, i32 1
  %$80 = fadd float %$78, %$79
  %$81 = getelementptr inbounds float, ptr %b, i64 %j
  %$82 = load float, ptr %$81, align 8
  %$83 = fadd float %$80, %$82
  %$84 = getelementptr inbounds float, ptr %y, i64 %$69
  %$85 = getelementptr inbounds float, ptr %$84, i64 10
  store float %$83, ptr %$85, align 8
  %$86 = load <8 x float>, ptr %acc.2.0.cell
  %$87 = shufflevector <8 x float> %$86, <8 x float> %$86, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$88 = shufflevector <8 x float> %$86, <8 x float> %$86, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$89 = fadd <4 x float> %$87, %$88
  %$90 = shufflevector <4 x float> %$89, <4 x float> %$89, <2 x i32> <i32 0, i32 1>
  %$91 = shufflevector <4 x float> %$89, <4 x float> %$89, <2 x i32> <i32 2, i32 3>
  %$92 = fadd <2 x float> %$90, %$91
  %$93 = extractelement <2 x float> %$92, i32 0
  %$94 = extractelement <2 x float> %$92, i32 1
  %$95 = fadd float %$93, %$94
  %$96 = getelementptr inbounds float, ptr %b, i64 %j
  %$97 = load float, ptr %$96, align 8
  %$98 = fadd float %$95, %$97
  %$99 = getelementptr inbounds float, ptr %y, i64 %$69
  %$100 = getelementptr inbounds float, ptr %$99, i64 20
  store float %$98, ptr %$100, align 8
  %$101 = load <8 x float>, ptr %acc.3.0.cell
  %$102 = shufflevector <8 x float> %$101, <8 x float> %$101, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$103 = shufflevector <8 x float> %$101, <8 x float> %$101, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$104 = fadd <4 x float> %$102, %$103
  %$105 = shufflevector <4 x float> %$104, <4 x float> %$104, <2 x i32> <i32 0, i32 1>
  %$106 = shufflevector <4 x float> %$104, <4 x float> %$104, <2 x i32> <i32 2, i32 3>
  %$107 = fadd <2 x float> %$105, %$106
  %$108 = extractelement <2 x float> %$107, i32 0
  %$109 = extractelement <2 x float> %$107, i32 1
  %$110 = fadd float %$108, %$109
  %$111 = getelementptr inbounds float, ptr %b, i64 %j
  %$112 = load float, ptr %$111, align 8
  %$113 = fadd float %$110, %$112
  %$114 = getelementptr inbounds float, ptr %y, i64 %$69
  %$115 = getelementptr inbounds float, ptr %$114, i64 30
  store float %$113, ptr %$115, align 8
  %$116 = load <8 x float>, ptr %acc.0.1.cell
  %$117 = shufflevector <8 x float> %$116, <8 x float> %$116, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$118 = shufflevector <8 x float> %$116, <8 x float> %$116, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$119 = fadd <4 x float> %$117, %$118
  %$120 = shufflevector <4 x float> %$119, <4 x float> %$119, <2 x i32> <i32 0, i32 1>
  %$121 = shufflevector <4 x float> %$119, <4 x float> %$119, <2 x i32> <i32 2, i32 3>
  %$122 = fadd <2 x float> %$120, %$121
  %$123 = extractelement <2 x float> %$122, i32 0
  %$124 = extractelement <2 x float> %$122, i32 1
  %$125 = fadd float %$123, %$124
  %$126 = getelementptr inbounds float, ptr %b, i64 %j
  %$127 = getelementptr inbounds float, ptr %$126, i64 1
  %$128 = load float, ptr %$127, align 4
  %$129 = fadd float %$125, %$128
  %$130 = getelementptr inbounds float, ptr %y, i64 %$69
  %$131 = getelementptr inbounds float, ptr %$130, i64 1
  store float %$129, ptr %$131, align 4
  %$132 = load <8 x float>, ptr %acc.1.1.cell
  %$133 = shufflevector <8 x float> %$132, <8 x float> %$132, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$134 = shufflevector <8 x float> %$132, <8 x float> %$132, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$135 = fadd <4 x float> %$133, %$134
  %$136 = shufflevector <4 x float> %$135, <4 x float> %$135, <2 x i32> <i32 0, i32 1>
  %$137 = shufflevector <4 x float> %$135, <4 x float> %$135, <2 x i32> <i32 2, i32 3>
  %$138 = fadd <2 x float> %$136, %$137
  %$139 = extractelement <2 x float> %$138, i32 0
  %$140 = extractelement <2 x float> %$138, i32 1
  %$141 = fadd float %$139, %$140
  %$142 = getelementptr inbounds float, ptr %b, i64 %j
  %$143 = getelementptr inbounds float, ptr %$142, i64 1
  %$144 = load float, ptr %$143, align 4
  %$145 = fadd float %$141, %$144
  %$146 = getelementptr inbounds float, ptr %y, i64 %$69
  %$147 = getelementptr inbounds float, ptr %$146, i64 11
  store float %$145, ptr %$147, align 4
  %$148 = load <8 x float>, ptr %acc.2.1.cell
  %$149 = shufflevector <8 x float> %$148, <8 x float> %$148, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$150 = shufflevector <8 x float> %$148, <8 x float> %$148, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$151 = fadd <4 x float> %$149, %$150
  %$152 = shufflevector <4 x float> %$151, <4 x float> %$151, <2 x i32> <i32 0, i32 1>
  %$153 = shufflevector <4 x float> %$151, <4 x float> %$151, <2 x i32> <i32 2, i32 3>
  %$154 = fadd <2 x float> %$152, %$153
  %$155 = extractelement <2 x float> %$154, i32 0
  %$156 = extractelement <2 x float> %$154, i32 1
  %$157 = fadd float %$155, %$156
  %$158 = getelementptr inbounds float, ptr %b, i64 %j
  %$159 = getelementptr inbounds float, ptr %$158, i64 1
  %$160 = load float, ptr %$159, align 4
  %$161 = fadd float %$157, %$160
  %$162 = getelementptr inbounds float, ptr %y, i64 %$69
  %$163 = getelementptr inbounds float, ptr %$162, i64 21
  store float %$161, ptr %$163, align 4
  %$164 = load <8 x float>, ptr %acc.3.1.cell
  %$165 = shufflevector <8 x float> %$164, <8 x float> %$164, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$166 = shufflevector <8 x float> %$164, <8 x float> %$164, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$167 = fadd <4 x float> %$165, %$166
  %$168 = shufflevector <4 x float> %$167, <4 x float> %$167, <2 x i32> <i32 0, i32 1>
  %$169 = shufflevector <4 x float> %$167, <4 x float> %$167, <2 x i32> <i32 2, i32 3>
  %$170 = fadd <2 x float> %$168, %$169
  %$171 = extractelement <2 x float> %$170, i32 0
  %$172 = extractelement <2 x float> %$170, i32 1
  %$173 = fadd float %$171, %$172
  %$174 = getelementptr inbounds float, ptr %b, i64 %j
  %$175 = getelementptr inbounds float, ptr %$174, i64 1
  %$176 = load float, ptr %$175, align 4
  %$177 = fadd float %$173, %$176
  %$178 = getelementptr inbounds float, ptr %y, i64 %$69
  %$179 = getelementptr inbounds float, ptr %$178, i64 31
  store float %$177, ptr %$179, align 4
  %n.next = add nuw nsw i64 %n, 4
  %$180 = icmp slt i64 %n.next, %end
  br i1 %$180, label %n.body.3, label %n.exit.4
n.exit.4:
  %j.next = add nuw nsw i64 %j, 2
  %$181 = icmp slt i64 %j.next, 10
  br i1 %$181, label %j.body.1, label %j.exit.2
j.exit.2:
  ret void
}

declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)
